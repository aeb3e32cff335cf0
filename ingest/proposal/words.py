"""What a column's name says: its words in seven languages, and what they mean together."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml
from babel import Locale

FOLDER = Path(__file__).parent.parent / "vocabulary"
CONCEPTS = "concepts.yml"

ENOUGH = 0.5
"""A name is taken for a concept from this score up."""
LEFT_OVER, TELLING, UNKNOWN = 0.35, 0.6, 0.15
"""What a feature beyond a rule's, one that tells of something else, and an unknown word take from a score."""
MOST_UNKNOWN = 3
LINKS = ("", "s", "es", "n", "en", "e")
"""Letters that join the parts of a compound word."""
SHORTEST_PART, LONGEST_WORD = 3, 60
SHORT_PARTS = frozenset({"nr", "no", "id", "dt", "on"})
_NUMBER_SIGNS = re.compile(r"№|#|\b[nN]\s?[°º]\s?|\b[nN]\.\s?[°º]\s?")
_WORD_STARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_IN_BRACKETS = re.compile(r"\(([A-Z]{3}|[€$£])\)")


@dataclass(frozen=True)
class Rule:
    """One way a concept is named: ``has`` are alternatives of features, all needed."""

    concept: str
    has: tuple[frozenset[str], ...]
    may: frozenset[str]
    score: float


@dataclass(frozen=True)
class Language:
    """The words of one language: (word, ...) -> feature."""

    name: str
    words: Mapping[tuple[str, ...], str]
    stop: frozenset[str]
    fields: Mapping[str, str]
    """Technical names, taken whole -> concept."""
    codes: Mapping[str, Mapping[str, str]]
    """Canonical column -> code, normalised -> canonical code."""


@dataclass(frozen=True)
class Meaning:
    """What one header is taken for; ``concept`` is None where its words say nothing known."""

    header: str
    concept: str | None
    score: float
    ground: str
    languages: tuple[str, ...]


def normal(text: str) -> tuple[str, ...]:
    """The words of ``text``: small letters without accents; camelCase and signs part words."""
    text = _IN_BRACKETS.sub(lambda found: " " if found[1] in _currencies() else found[0], text)
    text = _NUMBER_SIGNS.sub(" number ", text)
    text = _WORD_STARTS.sub(" ", text).replace("ß", "ss")
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return tuple(re.findall(r"[a-z]+|[0-9]+", plain.casefold()))


@cache
def _currencies() -> frozenset[str]:
    """What stands in brackets behind an amount's name and says no more of it."""
    return frozenset(Locale("en").currencies) | {"€", "$", "£"}


class Vocabulary:
    """All word lists and the concepts they make up."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.languages = [
            _language(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader))
            for path in sorted(folder.glob("*.yml"))
            if path.name != CONCEPTS
        ]
        content = yaml.safe_load((folder / CONCEPTS).read_text(encoding="utf-8"))
        self.telling = frozenset(content["telling"])
        self.rules = [
            Rule(
                concept,
                tuple(frozenset(part.split("/")) for part in rule["has"]),
                frozenset(rule.get("may", ())),
                float(rule.get("score", 1)),
            )
            for concept, rules in content["concepts"].items()
            for rule in rules
        ]
        self.expected: dict[str, str] = {
            concept: kind for kind, concepts in content["values"].items() for concept in concepts
        }
        self.remarks: dict[str, str] = content["remarks"]
        self.sides: dict[str, str] = {code: side for side, codes in content["sides"].items() for code in codes}
        self.tables: list[dict[str, Any]] = content["tables"]
        self.columns: dict[str, dict[str, list[str]]] = content["columns"]

    @cached_property
    def longest(self) -> int:
        """Words in the longest phrase."""
        return max(len(phrase) for language in self.languages for phrase in language.words)

    @cached_property
    def features(self) -> frozenset[str]:
        """All features the word lists know."""
        return frozenset(feature for language in self.languages for feature in language.words.values())

    def read(self, headers: Sequence[str]) -> list[Meaning]:
        """What each of ``headers`` is taken for. Words of two languages follow the language most of them are in."""
        tokens = [normal(header) for header in headers]
        order = self._language_order(tokens)
        return [self._meaning(header, words, order) for header, words in zip(headers, tokens, strict=True)]

    def code(self, column: str, value: str) -> tuple[str, str] | None:
        """The canonical code that ``value`` of ``column`` is taken for, and in which language."""
        key = " ".join(normal(value))
        for language in self.languages:
            meaning = language.codes.get(column, {}).get(key)
            if meaning is not None:
                return meaning, language.name
        return None

    def _language_order(self, headers: Iterable[tuple[str, ...]]) -> list[Language]:
        found: Counter[str] = Counter()
        for words in headers:
            for language in self.languages:
                if "".join(words) in language.fields:
                    found[language.name] += 3
                known = sum(len(phrase) for phrase, feature in self._phrases(words, [language]) if feature)
                found[language.name] += known
        return sorted(self.languages, key=lambda language: (-found[language.name], language.name != "English"))

    def _meaning(self, header: str, words: tuple[str, ...], order: Sequence[Language]) -> Meaning:
        for language in order:
            concept = language.fields.get("".join(words))
            # A technical name counts among its like: `name1` alone could be anybody's.
            if concept is not None and (language is order[0] or len("".join(words)) >= SHORTEST_PART + 1):
                return Meaning(header, concept, 1.0, f"the technical name of {language.name}", (language.name,))
        features: list[str] = []
        languages: list[str] = []
        unknown = 0
        for phrase, feature in self._phrases(words, order):
            if feature is None:
                unknown += 1
                continue
            for part in feature.split("+"):
                features.append(part)
            name = next(lang.name for lang in order if self._in(lang, phrase) is not None)
            if name not in languages:
                languages.append(name)
        concept, score = self._concept(frozenset(features), unknown)
        ground = f"its words say {' + '.join(dict.fromkeys(features))} ({', '.join(languages)})"
        if unknown:
            ground += f", {unknown} of them unknown"
        if concept is None:
            return Meaning(header, None, score, ground if features else "no word of it is known", tuple(languages))
        return Meaning(header, concept, score, ground, tuple(languages))

    def _concept(self, features: frozenset[str], unknown: int) -> tuple[str | None, float]:
        best: tuple[float, int, str] | None = None
        for rule in self.rules:
            if not all(alternatives & features for alternatives in rule.has):
                continue
            beyond = features - rule.may - frozenset().union(*rule.has)
            score = rule.score - sum(TELLING if feature in self.telling else LEFT_OVER for feature in beyond)
            score -= UNKNOWN * min(unknown, MOST_UNKNOWN)
            rank = (score, len(rule.has), rule.concept)
            if best is None or rank[:2] > best[:2]:
                best = rank
        if best is None or best[0] < ENOUGH - 1e-9:
            return None, best[0] if best else 0.0
        return best[2], best[0]

    def _phrases(
        self, words: tuple[str, ...], order: Sequence[Language]
    ) -> Iterable[tuple[tuple[str, ...], str | None]]:
        """The words cut into known phrases, longest first: (phrase, feature), feature None where it is unknown."""
        at = 0
        while at < len(words):
            for length in range(min(self.longest, len(words) - at), 0, -1):
                phrase = words[at : at + length]
                feature = next((f for f in (self._in(language, phrase) for language in order) if f), None)
                if feature is not None:
                    yield phrase, feature
                    at += length
                    break
            else:
                word = words[at]
                at += 1
                if word.isdigit() or any(word in language.stop for language in order):
                    continue
                yield (word,), None

    def _in(self, language: Language, phrase: tuple[str, ...]) -> str | None:
        found = language.words.get(phrase)
        if found is None and len(phrase) == 1:
            found = _compound(language.name, phrase[0])
        return found


@cache
def vocabulary() -> Vocabulary:
    """The word lists of this project."""
    return Vocabulary()


@cache
def _compound(language: str, word: str) -> str | None:
    """The features of a word that is put together of known ones, joined by ``+``: Rechnungsdatum, duedate."""
    words = next(each.words for each in vocabulary().languages if each.name == language)
    single = {phrase[0]: feature for phrase, feature in words.items() if len(phrase) == 1}
    joined = {"".join(phrase): feature for phrase, feature in words.items()}

    @cache
    def parts(rest: str) -> tuple[str, ...] | None:
        if not rest:
            return ()
        for length in range(len(rest), 1, -1):
            start = rest[:length]
            feature = joined.get(start) if length > SHORTEST_PART else single.get(start)
            if feature is None or (length < SHORTEST_PART and start not in SHORT_PARTS):
                continue
            for link in LINKS:
                if rest[length:].startswith(link):
                    after = parts(rest[length + len(link) :])
                    if after is not None:
                        return (feature, *after)
        return None

    found = parts(word) if SHORTEST_PART < len(word) <= LONGEST_WORD else None
    return "+".join(found) if found else None


def _language(content: dict[str, Any]) -> Language:
    words = {
        tuple(phrase.split()): feature for feature, phrases in content.get("words", {}).items() for phrase in phrases
    }
    fields = {name: concept for concept, names in content.get("fields", {}).items() for name in names}
    codes = {
        column: {" ".join(normal(code)): meaning for meaning, codes in meanings.items() for code in codes}
        for column, meanings in content.get("values", {}).items()
    }
    stop = content.get("stop") or []
    return Language(content["language"], words, frozenset(stop), fields, codes)
