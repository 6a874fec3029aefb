"""Makes up loan applicants, and whether each would have paid back. Pure: the same seed, the same people."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass

_GIVEN = (
    "Ada Amara Anton Bea Bruno Carla Chidi Dana Dario Elif Emil Farah Finn Gita Hugo Ines Ivan Jana Jonas "
    "Kofi Lea Luca Mara Milo Nadia Noor Omar Paula Priya Quim Rosa Samir Tara Tom Uma Vera Wei Yara Zeno"
)
_FAMILY = (
    "Abel Brandt Castro Diallo Eriksen Ferrari Gruber Haddad Ito Jansen Kaya Lindner Moreau Novak Okafor "
    "Petrov Quist Rossi Silva Tanaka Ueda Vogel Weber Xu Yilmaz Zeman"
)
GIVEN, FAMILY = _GIVEN.split(), _FAMILY.split()
PURPOSES = ("car", "renovation", "furniture", "education", "business", "debt consolidation")
HOUSING = ("rent", "own", "with family")
#: what raises (or lowers) the odds of paying back, before noise
_HOUSING_WEIGHT = {"rent": -0.2, "own": 0.6, "with family": 0.0}
_PURPOSE_WEIGHT = {"business": -0.7, "debt consolidation": -0.5, "renovation": 0.4, "education": 0.2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """One application; every field but the name is what the model sees."""

    name: str
    amount: int  #: euros
    duration_months: int
    income: int  #: euros a month, after tax
    employment_years: int
    existing_loans: int
    missed_payments: int  #: in the last two years
    savings: int  #: euros
    housing: str
    purpose: str
    postcode: str  #: empty for a few: the credit bureau asks for it


def make(random_: random.Random) -> Applicant:
    """Return one applicant."""
    income = round(random_.lognormvariate(7.75, 0.38), -1)
    duration = random_.choice((12, 18, 24, 36, 48, 60))
    amount = int(min(40_000, max(1_000, round(random_.lognormvariate(8.9, 0.65), -2))))
    return Applicant(
        name=f"{random_.choice(GIVEN)} {random_.choice(FAMILY)}",
        amount=amount,
        duration_months=duration,
        income=int(income),
        employment_years=min(40, int(random_.expovariate(1 / 7))),
        existing_loans=random_.choices((0, 1, 2, 3), (5, 3, 2, 1))[0],
        missed_payments=random_.choices((0, 1, 2, 3, 4), (70, 15, 8, 4, 3))[0],
        savings=int(round(random_.expovariate(1 / 6_000), -2)),
        housing=random_.choices(HOUSING, (5, 4, 2))[0],
        purpose=random_.choice(PURPOSES),
        postcode="" if random_.random() < 0.025 else f"{random_.randrange(10_000, 99_999)}",
    )


def repays(applicant: Applicant, random_: random.Random) -> bool:
    """Tell whether the applicant would have paid back, by chance and by circumstances."""
    burden = applicant.amount / applicant.duration_months / applicant.income
    odds = (
        2.6
        - 5.5 * burden
        - 1.1 * applicant.missed_payments
        - 0.35 * applicant.existing_loans
        + 0.09 * min(applicant.employment_years, 15)
        + 0.06 * min(applicant.savings / 1_000, 20)
        + _HOUSING_WEIGHT[applicant.housing]
        + _PURPOSE_WEIGHT.get(applicant.purpose, 0.0)
    )
    return random_.random() < 1 / (1 + math.exp(-1.6 * odds))


def past(count: int, *, seed: int) -> Iterator[dict[str, str]]:
    """Yield rows of finished loans to learn from, with the column `repaid` (yes or no)."""
    random_ = random.Random(seed)
    for _ in range(count):
        applicant = make(random_)
        row = {key: str(value) for key, value in variables(applicant).items()}
        yield row | {"repaid": "yes" if repays(applicant, random_) else "no"}


def applicant(number: int, *, seed: int) -> Applicant:
    """Return the applicant of that number; always the same one."""
    return make(random.Random(seed * 1_000_003 + number))


def variables(applicant: Applicant) -> dict[str, str | int]:
    """Return an applicant as process variables."""
    return asdict(applicant)
