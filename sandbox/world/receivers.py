"""Made-up buyers, the same for the same random numbers."""

from __future__ import annotations

from random import Random

from sandbox.world import places
from sandbox.world.orders import Receiver

_CHINA = [row.split("|") for row in places.CHINA.splitlines()]
_ABROAD = [row.split("|") for row in places.ABROAD.splitlines()]


def chinese(chance: Random) -> Receiver:
    """A receiver in one of the mainland provinces."""
    province, city, districts, postcode = chance.choice(_CHINA)
    street = chance.choice(places.STREETS)
    house = (
        f"{street}{chance.randint(1, 999)}号{chance.randint(1, 30)}栋{chance.randint(101, 3204)}室"
    )
    return Receiver(
        name=chance.choice(places.SURNAMES) + chance.choice(places.GIVEN),
        phone=chance.choice(places.MOBILE) + f"{chance.randrange(10**8):08d}",
        country="China",
        country_code="CN",
        province=province,
        province_code="",
        city=city,
        district=chance.choice(districts.split(",")),
        address=house,
        zip=postcode,
    )


def western(chance: Random) -> Receiver:
    """A receiver outside China."""
    city, province, code, country, country_code, postcodes = chance.choice(_ABROAD)
    return Receiver(
        name=f"{chance.choice(places.FIRST)} {chance.choice(places.LAST)}",
        phone=f"+1{chance.randrange(2_000_000_000, 9_999_999_999)}",
        country=country,
        country_code=country_code,
        province=province,
        province_code=code,
        city=city,
        district="",
        address=f"{chance.randint(1, 990)} {chance.choice(places.ROADS)}",
        zip=chance.choice(postcodes.split(",")),
    )


def somebody(chance: Random, *, abroad: bool) -> Receiver:
    """A receiver as the platform has them: where ``abroad``, two of three live outside China."""
    if abroad and chance.random() < 2 / 3:
        return western(chance)
    return chinese(chance)


def nick(chance: Random, receiver: Receiver) -> str:
    """What the buyer calls himself."""
    return f"{receiver.name[0]}**{chance.randrange(1000):03d}"
