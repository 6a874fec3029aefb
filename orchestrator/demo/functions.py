"""What the demo's service tasks call, in place of a credit bureau, a bank and a post office.

They are quick, answer the same for the same case, and reach nothing outside.
"""

from __future__ import annotations

import hashlib

from bpmn.language.process import Variables
from orchestrator.connectors.base import Call, ConnectorError
from orchestrator.connectors.functions import register
from orchestrator.demo import applicants

#: A different seed from the one the model learned with: nobody is met twice.
CASES_SEED = 2026
#: How many applications come in altogether.
CASES = 200


def _digits(call: Call, modulus: int) -> int:
    """Return a number 0..modulus-1 that is the same for every attempt at this case."""
    name = f"{call.business_key}{call.variables.get('name', '')}"
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") % modulus


@register("demo.next-applicant")
def next_applicant(call: Call) -> Variables:
    """Give the variables of the next application, counted by `number`."""
    number = int(str(call.variables.get("number") or 0)) + 1
    found = applicants.variables(applicants.applicant(number, seed=CASES_SEED))
    return {
        "number": number,
        "more": number < CASES,
        "reference": reference(number),
        "application": {**found},
    }


def reference(number: int) -> str:
    """Return the business key of the application of that number."""
    return f"LN-{number:04d}"


@register("demo.credit-bureau")
def credit_bureau(call: Call) -> Variables:
    """Ask the credit bureau for a score from 300 to 850; it wants a postcode."""
    if not call.variables.get("postcode"):
        raise ConnectorError(
            "The credit bureau needs a postcode, and the application has none. Add it, then retry.",
            retryable=False,
            code="postcode_missing",
        )
    missed = int(str(call.variables.get("missed_payments") or 0))
    return {"bureau_score": max(300, 760 - 90 * missed + _digits(call, 90))}


@register("demo.check-identity")
def check_identity(call: Call) -> Variables:
    """Compare the name with the register of identity documents; it always matches."""
    return {"identity": {"matches": True, "document": f"ID{_digits(call, 10**8):08d}"}}


@register("demo.pay-out")
def pay_out(call: Call) -> Variables:
    """Pay the loan out, once: the transfer is named after the idempotency key."""
    return {"transfer": f"TR-{call.idempotency_key.hex[-12:]}"}


@register("demo.send-letter")
def send_letter(call: Call) -> Variables:
    """Send the applicant a letter with the answer."""
    return {"letter": f"LT-{call.idempotency_key.hex[-12:]}"}
