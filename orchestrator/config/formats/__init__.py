"""How the admin writes moments: as the pages do."""
