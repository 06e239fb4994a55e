"""Which column holds what: guessed from names used by known exports, then from the values.

Names come from Twitter's archive and API, 4CAT, Brandwatch, Chatwoot, Zammad and Zendesk exports,
and from English, Norwegian, Swedish and Danish spreadsheets.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC

import orjson

from ildsjel.connectors.files.dates import read_time
from ildsjel.connectors.protocol import Refused

Row = Mapping[str, str]

# For each target the column names in falling order of trust, without case, spaces and signs.
NAMES: dict[str, str] = {
    "external_id": "tweetid statusid messageid postid commentid mentionid externalid articleid "
    "resourceid queryid guid uuid idstr id innleggsid meldingsid meddelelsesid meddelandeid "
    "opslagsid inläggsid ticketid saksnummer arendenummer nummer",
    "text": "fulltext text tweettext body message content messagecontent tweet comment posttext "
    "postmessage snippet fullcontent selftext description tekst innhold melding beskjed innlegg "
    "henvendelse kommentar innehåll meddelande inlägg indhold besked opslag sporsmal question",
    "published_at": "createdat publishedat timestamp publishedtime created date datetime time "
    "postedat sentat createdutc created_time datecreated dato tid tidspunkt datum tidpunkt "
    "opprettet publisert skapad publicerad oprettet publiceret sendt skickat mottatt",
    "updated_at": "updatedat editedat modifiedat lastupdated endret oppdatert ändrad uppdaterad "
    "ændret opdateret",
    "author_id": "authorid userid senderid fromid useridstr contactid customerid accountid "
    "avsenderid brukerid användarid brugerid",
    "author_handle": "authorusername username screenname userscreenname handle authorhandle "
    "twitterhandle brukernavn användarnamn brugernavn user author",
    "author_name": "authorname authorfullname fullname displayname sendername contactname "
    "customername username name fromname from sender avsender navn namn forfatter författare "
    "kunde kund kontakt author user",
    "parent_id": "inresponsetotweetid inreplytostatusid inreplytoid inreplyto inreplytostatusidstr "
    "parentid parentcommentid replyto replytoid parent svarpå svarpa svartil",
    "thread_key": "conversationid threadid threadkey thread ticketnumber ticketid "
    "conversation samtaleid samtale tråd trådid sak saksid sakid ärende ärendeid sag sagsid",
    "url": "url permalink link posturl tweeturl permalinkurl lenke länk adresse address",
    "title": "title subject headline tittel emne rubrik ämne titel overskrift",
    "language": "lang language languagecode språk sprak sprog",
    "direction": "inbound direction messagetype sendertype isinbound retning riktning",
    "own": "own isown outbound fromus egen egne eget",
    "address": "addressed reach",
    "repost": "isretweet retweet isrepost repost isshare engagementtype",
    "tags": "hashtags tags emneknagger emneord taggar nøgleord",
}
TARGETS = tuple(NAMES)
REQUIRED = ("text", "published_at")
_NAMES = {
    target: [re.sub(r"[^\w]|_", "", n) for n in names.split()] for target, names in NAMES.items()
}


def guess_mapping(columns: Sequence[str], samples: Sequence[Row]) -> dict[str, str]:
    """Target → column, each column used once. Targets without a likely column are left out."""
    by_name = {_plain(column): column for column in reversed(columns) if column.strip()}
    mapping: dict[str, str] = {}
    for target, names in _NAMES.items():
        for name in names:
            column = by_name.get(name)
            fits = column and column not in mapping.values() and _fits(target, column, samples)
            if column and fits:
                mapping[target] = column
                break
    _guess_from_values(columns, samples, mapping)
    return mapping


def _plain(column: str) -> str:
    return re.sub(r"[^\w]|_", "", column.lower())


def _fits(target: str, column: str, samples: Sequence[Row]) -> bool:
    """Whether the values do not contradict what the name promises."""
    values = _values(column, samples)
    if target in ("published_at", "updated_at"):
        return all(map(_is_time, values))
    if target == "external_id":
        return len(set(values)) == len(values)
    if target == "text":
        return not values or not all(map(_is_time, values))
    return True


def _values(column: str, samples: Sequence[Row]) -> list[str]:
    return [value for row in samples if (value := row.get(column, "").strip())]


def _is_time(value: str) -> bool:
    try:
        return 1990 <= read_time(value, UTC).year <= 2100
    except ValueError:
        return False


def _guess_from_values(
    columns: Sequence[str], samples: Sequence[Row], mapping: dict[str, str]
) -> None:
    free = [column for column in columns if column not in mapping.values()]
    full = [column for column in free if samples and len(_values(column, samples)) == len(samples)]
    if "published_at" not in mapping:
        times = [column for column in full if all(map(_is_time, _values(column, samples)))]
        mapping.update({"published_at": times[0]} if times else {})
    if "text" not in mapping:
        worded = [column for column in full if column not in mapping.values()]
        longest = max(worded, key=lambda column: _words(column, samples), default="")
        if longest and _words(longest, samples) >= 3:
            mapping["text"] = longest
    if "url" not in mapping:
        links = [c for c in full if all(v.startswith("http") for v in _values(c, samples))]
        mapping.update({"url": links[0]} if links else {})


def _words(column: str, samples: Sequence[Row]) -> float:
    values = _values(column, samples)
    return sum(len(value.split()) for value in values) / max(1, len(values))


def read_mapping(text: str, columns: Sequence[str]) -> dict[str, str]:
    """The mapping from the settings (a JSON object, target → column), checked against the file.

    Raises `Refused` when it names what is not there, or leaves out text or time. No `columns` means
    that the file may have others than those seen so far.
    """
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Refused("The column mapping is not valid JSON.") from error
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise Refused('The column mapping must look like {"text": "column name"}.')
    mapping = {target: column for target, column in value.items() if column}
    _check(mapping, columns)
    return mapping


def _check(mapping: Mapping[str, str], columns: Sequence[str]) -> None:
    for target, column in mapping.items():
        if target not in TARGETS:
            raise Refused(
                "%(target)s is not one of %(targets)s.",
                target=repr(target),
                targets=", ".join(TARGETS),
            )
        if columns and column not in columns:
            raise Refused(
                "The file has no column %(column)s. It has: %(columns)s.",
                column=repr(column),
                columns=", ".join(columns)[:500],
            )
    for target in REQUIRED:
        if target not in mapping:
            raise Refused("Choose the column that holds %(target)s.", target=target)
