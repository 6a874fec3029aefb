"""The pages: each module reads with selectors, acts with verbs and renders a template."""
