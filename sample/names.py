"""Parts of made-up names: companies by syllables and trade, people by first and last name.

No real company is meant; addresses end in ``.example``, which nobody can own.
"""

from __future__ import annotations

HEADS: tuple[str, ...] = (
    "Al", "Bar", "Bel", "Bran", "Cal", "Cor", "Dar", "Del", "Dor", "El", "Fal", "Fen", "Gal", "Gor", "Har", "Hel",
    "Jor", "Kal", "Kor", "Lam", "Lin", "Lor", "Mar", "Mel", "Mor", "Nar", "Nor", "Ol", "Or", "Pal", "Per", "Quel",
    "Ram", "Ren", "Ros", "Sal", "Ser", "Sol", "Tal", "Ter", "Tor", "Ul", "Val", "Ver", "Vil", "Wal", "Yor", "Zan",
)  # fmt: skip
TAILS: tuple[str, ...] = (
    "andry", "avelle", "bourne", "brick", "castel", "crest", "dane", "delin", "dreval", "enmark", "evron", "fidan",
    "forge", "gaven", "grove", "hanne", "havel", "ivane", "kester", "lanec", "lemar", "lowan", "menty", "mirel",
    "nevis", "nolec", "orvan", "pellan", "quist", "rantin", "rigal", "savin", "sterne", "talbec", "thorpe", "tovar",
    "umbra", "vaness", "wicker", "yvern",
)  # fmt: skip
TRADES: tuple[str, ...] = (
    "Fixings", "Tooling", "Hydraulics", "Building", "Metals", "Machines", "Electric", "Supplies", "Works", "Timber",
    "Piping", "Coatings", "Glass", "Bearings", "Pumps", "Industrie", "Technik", "Systems", "Components", "Packaging",
    "Roofing", "Logistics", "Energy", "Distribution",
)  # fmt: skip
PEOPLE: tuple[str, ...] = (
    "Camille Arnoult", "Julien Besset", "Inès Cardot", "Thomas Delaire", "Maud Estève", "Hugo Ferrand",
    "Nora Gaillot", "Paul Hamelin", "Alice Whitcombe", "Oliver Marsden", "Grace Holloway", "Marek Zielak",
    "Ewa Borkowicz", "Tomasz Lipiec",
)  # fmt: skip
COLLECTORS: tuple[str, ...] = (
    "Sophie Lavergne", "Karim Benaïssa", "Lucie Marchal", "Emma Thornley", "Katarzyna Wilk",
)  # fmt: skip
SECTORS: tuple[str, ...] = (
    "Machinery", "Construction", "Metalwork", "Energy", "Food processing", "Automotive parts", "Packaging",
    "Maintenance", "Wholesale", "Transport",
)  # fmt: skip


def name_rows() -> list[tuple[str, int, str]]:
    """Rows (kind, place, text) of every list above, kinds as the SQL steps ask for them."""
    lists = {
        "head": HEADS,
        "tail": TAILS,
        "trade": TRADES,
        "person": PEOPLE,
        "collector": COLLECTORS,
        "sector": SECTORS,
    }
    return [(kind, place, text) for kind, texts in lists.items() for place, text in enumerate(texts)]
