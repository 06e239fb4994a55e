"""The made-up people who write to us: their language, network, home and way of writing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from ildsjel.engine.simulator.sample_organisation import Municipality

_FIRST = {
    "nb": (
        "Kari", "Ola", "Silje", "Trond", "Maja", "Eirik", "Bente", "Fredrik", "Amina", "Henning",
        "Ragnhild", "Jonas", "Wenche", "Mathea", "Odd", "Piotr", "Thea", "Yusuf", "Grete", "Stian",
        "Nora", "Geir", "Lill", "Aleksander", "Marit", "Sondre", "Hege", "Oksana", "Tore", "Iselin",
    ),
    "nn": ("Oddny", "Sjur", "Gunnvor", "Torstein", "Ingebjørg", "Leiv", "Sunniva", "Haldis"),
    "sv": ("Elsa", "Göran", "Linnéa", "Mattias", "Åsa", "Pontus"),
    "da": ("Mette", "Søren", "Freja", "Jeppe", "Kirsten"),
    "en": ("Hannah", "Rajesh", "Fiona", "Emeka", "Claire", "Tomasz", "Mei"),
    "se": ("Máret", "Ánte", "Biret"),
}  # fmt: skip
_LAST = {
    "nb": (
        "Skjelvær", "Ospehaug", "Lyngmyr", "Teglbakk", "Havgløtt", "Myrstøl", "Fuglnes", "Brattsti",
        "Kvistholm", "Snøås", "Blåfjellet", "Stormbukt", "Revheia", "Solbris", "Multemo", "Torvdal",
    ),
    "nn": ("Kviturd", "Tjørnhol", "Bjørkeli", "Smalafjord", "Heggstøyl"),
    "sv": ("Lingonfors", "Tallmark", "Björkstig", "Kantarellby"),
    "da": ("Klitmose", "Havremark", "Bøgesti", "Sommerlyng"),
    "en": ("Fernhollow", "Marlowick", "Greythorn", "Tideswell"),
    "se": ("Duottarstealli", "Guovssahas"),
}  # fmt: skip
_LANGUAGES = {"nb": 76, "nn": 9, "sv": 4, "da": 3, "en": 7, "se": 1}
_NETWORKS = {"bluesky": 47, "mastodon": 24, "mail": 29}
_STYLES = {"plain": 70, "lower": 12, "emoji": 14, "shout": 4}
_SERVERS = ("samfunn.example", "fjordtut.example", "nordprat.example")
_MAIL = ("post.example", "fjordmail.example", "brev.example")
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_PLAIN = str.maketrans("åäæøöáéüâ ", "aaaooaeua_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Citizen:
    """`language` is what they write; `greeting` the language they greet and thank in."""

    name: str
    handle: str
    identity: str
    network: str
    language: str
    greeting: str
    style: str
    street: str
    area: str


def weighted(chance: Random, weights: Mapping[str, float]) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]


class Town:
    """Everybody who may write. A few write a lot, and most once or twice."""

    def __init__(self, chance: Random, organisation: Municipality, size: int) -> None:
        self._chance = chance
        self.citizens = [_citizen(chance, organisation, number) for number in range(size)]
        self._eagerness = [min(chance.paretovariate(1.3), 12.0) for _ in self.citizens]

    def somebody(self, networks: Sequence[str] = ("bluesky", "mastodon", "mail")) -> Citizen:
        while True:
            citizen = self._chance.choices(self.citizens, self._eagerness)[0]
            if citizen.network in networks:
                return citizen


def _citizen(chance: Random, organisation: Municipality, number: int) -> Citizen:
    # The first few take one network each, so that even a tiny town has somebody on all of them.
    network = (*_NETWORKS,)[number] if number < len(_NETWORKS) else weighted(chance, _NETWORKS)
    origin = weighted(chance, _LANGUAGES)
    first, last = chance.choice(_FIRST[origin]), chance.choice(_LAST[origin])
    handle, identity = _address(chance, network, f"{first} {last}", number)
    return Citizen(
        name=f"{first} {last}",
        handle=handle,
        identity=identity,
        network=network,
        language="nb" if origin == "se" else origin,
        greeting=origin,
        style=weighted(chance, _STYLES),
        street=chance.choice(organisation.places["street"]),
        area=chance.choice(organisation.places["area"]),
    )


def _address(chance: Random, network: str, name: str, number: int) -> tuple[str, str]:
    """Handle and lasting identity, as the network has them; `number` keeps them apart."""
    plain = name.lower().translate(_PLAIN)
    if network == "bluesky":
        letters = "".join(chance.choices(_LETTERS, k=21))
        return f"{plain.replace('_', '-')}{number}.example", f"did:plc:{letters}sim"
    if network == "mastodon":
        server = chance.choice(_SERVERS)
        return f"{plain}{number}@{server}", f"https://{server}/users/{plain}{number}"
    address = f"{plain.replace('_', '.')}{number}@{chance.choice(_MAIL)}"
    return address, address
