"""The pages of listening: the stream, the watches, the check of the words while typing."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from ildsjel.channels.models import Channel
from ildsjel.engine.matching import WORDS, QueryError, compile_watches, parse
from ildsjel.engine.matching.translate import Why
from ildsjel.listening.actions import save_watch
from ildsjel.listening.highlight import as_value, pieces_of
from ildsjel.listening.intake import mention
from ildsjel.listening.language_help import CHAPTERS, SHORT
from ildsjel.listening.models import Item, Watch
from ildsjel.listening.query_words import LEFT_OUT_WORDS, QUERY_WORDS, fault_words
from ildsjel.organisation.models import AuditEntry, Member, Role, utc_now
from tests.builders import make_channel, make_member, make_owner

pytestmark = pytest.mark.django_db


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def at(member: Member, name: str, *args: object, **query: object) -> str:
    return reverse(f"listening:{name}", args=[member.organisation.slug, *args], query=query or None)


def make_watch(by: Member, query: str, **more: Any) -> Watch:
    return save_watch(by=by, name=more.pop("name", query), query=query, **more)


def hear(channel: Channel, text: str, *watches: Watch, minutes_ago: int = 0, **more: Any) -> Item:
    """Store a post, and note it as a mention of the watches that it matches."""
    published_at = utc_now() - timedelta(minutes=minutes_ago)
    item = Item.objects.create(
        organisation=channel.organisation,
        channel=channel,
        external_id=f"post-{Item.objects.count()}",
        thread_key="thread",
        text=text,
        author_name=more.pop("author_name", "Ola Nordmann"),
        published_at=published_at,
        received_at=published_at,
        address="public",
        visibility="public",
        **more,
    )
    matcher = compile_watches({watch.pk: watch.query for watch in watches})
    mention([(item, matcher.match([as_value(item)])[0])], ())
    return item


@pytest.fixture
def owner() -> Member:
    return make_owner()


@pytest.fixture
def channel(owner: Member) -> Channel:
    return make_channel(owner, name="Bygdelista")


def test_the_stream_shows_what_was_found_newest_first_with_the_words_marked(
    owner: Member, channel: Channel
) -> None:
    watch = make_watch(owner, "brøyting")
    hear(channel, "Når kommer brøyting i dag?", watch, minutes_ago=5, url="https://example.org/1")
    hear(channel, "Ingen Brøyting her heller", watch, minutes_ago=1, url="javascript:alert(1)")
    page = signed_in(owner).get(at(owner, "mentions")).content.decode()
    assert page.index("heller") < page.index("i dag?")
    assert "<mark>brøyting</mark>" in page
    assert "<mark>Brøyting</mark>" in page
    assert 'href="https://example.org/1"' in page
    assert "javascript:" not in page


def test_a_post_that_two_watches_found_stands_once(owner: Member, channel: Channel) -> None:
    watches = [make_watch(owner, "skole"), make_watch(owner, "buss*")]
    hear(channel, "Bussen til skole var sein", *watches)
    page = signed_in(owner).get(at(owner, "mentions")).content.decode()
    assert page.count("<article") == 1
    assert "<mark>Bussen</mark> til <mark>skole</mark>" in page


def test_what_a_post_says_is_never_markup(owner: Member, channel: Channel) -> None:
    watch = make_watch(owner, "vann")
    hear(channel, "<script>vann</script>", watch, author_name="<b>Ola</b>", title="<i>")
    page = signed_in(owner).get(at(owner, "mentions")).content.decode()
    assert "&lt;script&gt;<mark>vann</mark>&lt;/script&gt;" in page
    assert "<b>Ola" not in page


def test_an_edited_post_is_marked_where_its_words_stand_now(
    owner: Member, channel: Channel
) -> None:
    watch = make_watch(owner, "vann")
    item = hear(channel, "vann er borte", watch)
    Item.objects.filter(pk=item.pk).update(text="Nå er det vann igjen", edited_at=utc_now())
    page = signed_in(owner).get(at(owner, "mentions")).content.decode()
    assert "Nå er det <mark>vann</mark> igjen" in page


def test_deleted_posts_are_not_shown(owner: Member, channel: Channel) -> None:
    watch = make_watch(owner, "vann")
    item = hear(channel, "vann som ble slettet", watch)
    Item.objects.filter(pk=item.pk).update(deleted_at=utc_now())
    assert "slettet" not in signed_in(owner).get(at(owner, "mentions")).content.decode()


def test_pages_by_key_show_every_mention_once(owner: Member, channel: Channel) -> None:
    watch = make_watch(owner, "vann")
    same_moment = utc_now() - timedelta(hours=1)
    for number in range(70):
        hear(channel, f"vann nr-{number}-", watch, minutes_ago=number)
    Item.objects.filter(text__startswith="vann nr-2").update(published_at=same_moment)
    watch.mentions.filter(item__text__startswith="vann nr-2").update(published_at=same_moment)
    client, url, seen, pages = signed_in(owner), at(owner, "mentions"), [], []
    while url:
        context = client.get(url).context
        pages.append(url)
        seen += [post.item.pk for post in context["posts"]]
        url = context["older_url"]
    assert len(pages) == 3
    assert len(seen) == len(set(seen)) == 70
    back = client.get(client.get(pages[2]).context["newer_url"]).context
    assert [post.item.pk for post in back["posts"]] == seen[30:60]
    first = client.get(back["newer_url"]).context
    assert [post.item.pk for post in first["posts"]] == seen[:30]


@pytest.mark.parametrize("key", ["x", "1", "99999999999999999-1", "-", "٣-٤"])
def test_a_key_that_is_none_shows_the_newest(owner: Member, channel: Channel, key: str) -> None:
    hear(channel, "vann", make_watch(owner, "vann"))
    answer = signed_in(owner).get(at(owner, "mentions", after=key))
    assert len(answer.context["posts"]) == 1


def test_filters_keep_to_a_watch_and_a_channel(owner: Member, channel: Channel) -> None:
    water, school = make_watch(owner, "vann"), make_watch(owner, "skole")
    other = make_channel(owner, name="Avisa")
    hear(channel, "vann en", water)
    hear(other, "vann to", water)
    hear(channel, "skole tre", school)
    client = signed_in(owner)

    def texts(**query: object) -> list[str]:
        posts = client.get(at(owner, "mentions", **query)).context["posts"]
        return [post.item.text for post in posts]

    assert texts(watch=water.pk) == ["vann to", "vann en"]
    assert texts(channel=channel.pk) == ["skole tre", "vann en"]
    assert texts(watch=water.pk, channel=other.pk) == ["vann to"]
    assert client.get(at(owner, "mentions", watch=999)).status_code == 404


def test_the_pill_counts_what_came_since_and_would_be_seen(owner: Member, channel: Channel) -> None:
    watch, other = make_watch(owner, "vann"), make_watch(owner, "skole")
    for number in range(31):
        hear(channel, f"vann {number}", watch, minutes_ago=10)
    client = signed_in(owner)
    count_url = client.get(at(owner, "mentions", watch=watch.pk)).context["count_url"]
    assert client.get(count_url).json() == {"count": 0}
    hear(channel, "vann nytt", watch)
    hear(channel, "skole nytt", other)
    hear(channel, "vann for lenge siden", watch, minutes_ago=9000)
    assert client.get(count_url).json() == {"count": 1}
    assert client.get(at(owner, "new", since="x")).json() == {"count": 0}


def test_adding_a_watch(owner: Member) -> None:
    answer = signed_in(owner).post(
        at(owner, "watch-add"), {"query": " skole OR skule ", "opens": "listen"}
    )
    assert answer.status_code == 302
    watch = Watch.objects.get()
    assert (watch.name, watch.query, watch.opens_conversations) == (
        "skole OR skule",
        "skole OR skule",
        False,
    )
    assert AuditEntry.objects.filter(action="watch.save").exists()


def test_words_that_cannot_be_read_are_kept_and_shown_where_they_break(owner: Member) -> None:
    answer = signed_in(owner).post(
        at(owner, "watch-add"), {"query": "vann -farris", "opens": "inbox", "name": "Drikke"}
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "vann -farris</textarea>" in page
    assert 'value="Drikke"' in page
    assert "A minus sign does not leave a word out." in page
    assert "Write NOT before the word." in page
    assert "vann <mark>-</mark>farris" in page
    assert not Watch.objects.exists()


def test_the_check_while_typing_says_what_would_be_found(owner: Member, channel: Channel) -> None:
    heard = make_watch(owner, "vann")
    for text in ["vann er vått", "vannet er kaldt", "skole"]:
        hear(channel, text, heard)
    client = signed_in(owner)
    found = client.post(at(owner, "watch-check"), {"query": "vann*"}).content.decode()
    assert "2 of the 3 posts stored last would match." in found
    assert "There is no archive to look in" in found
    assert "<mark>vannet</mark>" in found
    broken = client.post(at(owner, "watch-check"), {"query": "(vann"}).content.decode()
    assert "This parenthesis is never closed." in broken
    assert "<mark>(</mark>vann" in broken
    empty = client.post(at(owner, "watch-check"), {"query": "  "})
    assert "would match" not in empty.content.decode()
    assert Watch.objects.count() == 1


def test_trying_the_words_without_a_script_saves_nothing(owner: Member, channel: Channel) -> None:
    hear(channel, "vann", make_watch(owner, "vann"))
    given = {"query": "vann", "opens": "listen", "preview": "yes", "name": "Prøve"}
    page = signed_in(owner).post(at(owner, "watch-add"), given).content.decode()
    assert "1 of the 1 posts stored last would match." in page
    assert 'value="Prøve"' in page
    assert Watch.objects.count() == 1


def test_changing_a_watch_keeps_it_resting(owner: Member) -> None:
    watch = make_watch(owner, "vann", enabled=False, name="Vann")
    given = {"query": "vann OR vatn", "opens": "inbox", "name": "Vann"}
    signed_in(owner).post(at(owner, "watch", watch.pk), given)
    watch.refresh_from_db()
    assert (watch.query, watch.enabled) == ("vann OR vatn", False)


def test_switching_removing_and_taking_back(owner: Member) -> None:
    watch = make_watch(owner, "vann")
    client = signed_in(owner)
    client.post(at(owner, "watch-switch", watch.pk), {"on": "no"})
    watch.refresh_from_db()
    assert not watch.enabled
    page = client.post(at(owner, "watch-remove", watch.pk), follow=True)
    restore_url = at(owner, "watch-restore", watch.pk)
    assert page.context["undo"]["url"] == restore_url
    assert f'action="{restore_url}"' in page.content.decode()
    assert client.get(at(owner, "watch", watch.pk)).status_code == 404
    client.post(restore_url)
    watch.refresh_from_db()
    assert watch.removed_at is None
    assert not watch.enabled


def test_the_list_counts_seven_days(owner: Member, channel: Channel) -> None:
    watch = make_watch(owner, "vann")
    hear(channel, "vann", watch)
    hear(channel, "vann igjen", watch, minutes_ago=8 * 24 * 60)
    rows = signed_in(owner).get(at(owner, "watches")).context["rows"]
    assert [(row["watch"], row["week"]) for row in rows] == [(watch, 1)]


PAGES = [("get", "watch-add"), ("get", "watch"), ("post", "watch-check")]
WRITES = [("post", "watch-switch"), ("post", "watch-remove"), ("post", "watch-restore")]


@pytest.mark.parametrize(("method", "name"), [*PAGES, *WRITES])
def test_who_may_not_listen_is_refused(owner: Member, method: str, name: str) -> None:
    watch = make_watch(owner, "vann")
    agent = make_member(owner.organisation, Role.AGENT)
    stranger = make_owner("Nabokommunen")
    args = [] if name in {"watch-add", "watch-check"} else [watch.pk]
    url = at(owner, name, *args)
    assert getattr(signed_in(agent), method)(url).status_code == 403
    assert getattr(signed_in(stranger), method)(url).status_code == 404
    assert getattr(Client(), method)(url).status_code == 302
    watch.refresh_from_db()
    assert (watch.enabled, watch.removed_at) == (True, None)


@pytest.mark.parametrize("name", ["mentions", "new", "watches"])
def test_reading_is_for_members_alone(owner: Member, channel: Channel, name: str) -> None:
    hear(channel, "vann", make_watch(owner, "vann"))
    agent = make_member(owner.organisation, Role.AGENT)
    assert signed_in(agent).get(at(owner, name)).status_code == 200
    assert signed_in(make_owner("Nabokommunen")).get(at(owner, name)).status_code == 404


def test_an_agent_sees_no_button_that_would_be_refused(owner: Member) -> None:
    watch = make_watch(owner, "vann")
    agent = signed_in(make_member(owner.organisation, Role.AGENT))
    for name in ["mentions", "watches"]:
        page = agent.get(at(owner, name)).content.decode()
        assert f'href="{at(owner, "watch-add")}"' not in page
        assert at(owner, "watch-switch", watch.pk) not in page


@pytest.mark.parametrize("name", ["watch", "watch-switch", "watch-remove", "watch-restore"])
def test_another_organisations_watch_is_not_there(owner: Member, name: str) -> None:
    theirs = make_watch(make_owner("Nabokommunen"), "vann")
    answer = signed_in(owner).post(at(owner, name, theirs.pk), {"on": "no"})
    assert answer.status_code == 404


def test_the_words_of_another_organisation_are_not_tried_on(owner: Member) -> None:
    other = make_owner("Nabokommunen")
    hear(make_channel(other), "vann hemmelig", make_watch(other, "vann"))
    page = signed_in(owner).post(at(owner, "watch-check"), {"query": "vann"}).content.decode()
    assert "hemmelig" not in page


def test_a_long_post_is_shown_around_its_first_word() -> None:
    text = "ord " * 300 + "vann " + "mer " * 300
    pieces = pieces_of(text, [(1200, 1204)])
    assert [piece.text for piece in pieces if piece.marked] == ["vann"]
    assert pieces[0].text == pieces[-1].text == "…"
    assert sum(len(piece.text) for piece in pieces) < 440
    assert "".join(piece.text for piece in pieces[1:-1]) in text


def test_spans_outside_the_text_are_left_out() -> None:
    assert [piece.text for piece in pieces_of("kort", [(2, 90), (0, 2)])] == ["ko", "rt"]


def test_every_sentence_of_the_query_language_can_be_translated() -> None:
    said = {sentence for words in WORDS.values() for sentence in words if sentence}
    assert len(said) > 40
    assert said == set(QUERY_WORDS)


def test_every_remark_of_the_translator_can_be_translated() -> None:
    assert set(Why) == set(LEFT_OUT_WORDS)


def test_a_query_of_another_tool_is_written_in_ours_with_remarks(owner: Member) -> None:
    client = signed_in(owner)
    given = {"dialect": "brandwatch", "pasted": 'raw:"NAV" NEAR/3f penger country:no'}
    page = client.post(at(owner, "language"), given).content.decode()
    assert "<code>{NAV} ONEAR/3 penger</code>" in page
    assert "there is no such field here" in page
    assert f'action="{at(owner, "watch-add")}"' in page
    empty = client.post(at(owner, "language"), {"dialect": "brandwatch", "pasted": ""})
    assert empty.status_code == 422


def test_every_example_of_the_help_can_be_read(owner: Member) -> None:
    written = [each.written for chapter in CHAPTERS for each in chapter.examples]
    assert {each.written for each in SHORT} <= set(written)
    for each in written:
        if not each.startswith("letters:"):
            parse(each, groups={"vinter": "snø"})
    assert parse("letters:nordic vann")
    page = signed_in(owner).get(at(owner, "language")).content.decode()
    assert page.count("<dt>") == len(written)
    assert at(owner, "language") in signed_in(owner).get(at(owner, "watch-add")).content.decode()


def test_a_fault_in_a_saved_group_is_told_in_the_readers_language() -> None:
    with pytest.raises(QueryError) as caught:
        parse("snø group:vinter", groups={"vinter": "is ("})
    with override("nb"):
        message, hint = fault_words(caught.value)
    assert "«vinter»" in message
    assert "This" not in message + hint
