"""The search index finds exactly what reading every name would find, after whatever was done; its numbers are as small as they look."""

import random

import numpy as np
import pytest
from tests.registry.conftest import Plant

from kaogong import registry
from kaogong.db import Relay
from kaogong.registry import DeviceFilter, DevicePatch, Directory, Name, NewDevice, NewPlace, TypeDraft, members, store
from kaogong.registry.grams import text_tokens, word_tokens
from kaogong.registry.texts import folded

LETTERS = "ab1泵水"
PLACES = ("n", "n/a", "n/a/x", "s")


@pytest.mark.parametrize("count", [0, 1, 100, members.MOST_LISTED - 1, members.MOST_LISTED, 30_000, members.BLOCK])
def test_a_set_of_ids_comes_back_from_its_bytes(count: int) -> None:
    rng = np.random.default_rng(count)
    ids = np.sort(rng.choice(members.BLOCK, count, replace=False)).astype(np.uint16)
    others = np.sort(rng.choice(members.BLOCK, 20_000, replace=False)).astype(np.uint16)
    stored = members.pack(ids)
    assert len(stored) <= members.BITMAP_BYTES
    assert members.unpack(stored).tolist() == ids.tolist()
    both = sorted(set(ids.tolist()) & set(others.tolist()))
    assert members.common([stored, members.pack(others)]).tolist() == both
    assert members.count_common(stored, members.bits(members.pack(others))) == len(both)
    added, total = members.changed(stored, others, ids)
    assert (members.unpack(added).tolist(), total) == (sorted(set(others.tolist()) - set(ids.tolist())), len(others) - len(both))


def test_every_text_has_the_tokens_of_the_words_in_it() -> None:
    texts = ["pump-1\n给水泵", "𠮷野", "", "ab"]
    tokens, owners = text_tokens(texts)
    for number, text in enumerate(texts):
        mine = set(tokens[owners == number].tolist())
        for line in text.split("\n"):
            for start in range(len(line)):
                for end in range(start + 1, len(line) + 1):
                    assert mine.issuperset(word_tokens(line[start:end]).tolist())
    first = set(tokens[owners == 0].tolist())
    assert not first.issuperset(word_tokens("1给").tolist()), "lines are apart from each other"
    assert not first.issuperset(word_tokens("泵𠮷").tolist()), "so are texts"


@pytest.mark.req("C07")
@pytest.mark.req("D06")
@pytest.mark.parametrize("seed", range(2))
def test_a_search_finds_what_reading_every_name_would(plant: Plant, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(seed)
    monkeypatch.setattr(store, "SORTED_TO", 15)  # so that few devices are many
    with plant.write() as s:
        for path in PLACES:
            parent, _, key = path.rpartition("/")
            registry.create_place(s, plant.acme, NewPlace(key=key, name=Name(), parent=parent or None))
        registry.create_type(s, plant.acme, TypeDraft(key="fan"))
    plant.devices("pump-0")
    known = {"pump-0": ("pump-0", "pump", None)}

    def text() -> str:
        return "".join(rng.choice(LETTERS) for _ in range(rng.randrange(1, 9)))

    for turn in range(6):
        new = []
        for n in range(25):
            name, kind, place = text(), rng.choice(["pump", "fan"]), rng.choice([None, *PLACES])
            new.append(NewDevice(key=f"d{turn}-{n}", name=Name(en=name), type=kind, place=place))
            known[new[-1].key] = (name, kind, place)
        plant.does(registry.create_devices, new[:1])
        plant.does(registry.make_devices, new[1:], logins=False)
        for key in rng.sample(sorted(known), 6):
            name, place = text(), rng.choice([None, *PLACES])
            plant.does(registry.patch_device, key, DevicePatch(name=Name(en=name), place=place))
            known[key] = (name, known[key][1], place)
        for key in rng.sample(sorted(known), 3):
            plant.does(registry.delete_device, key)
            del known[key]
        for _ in range(12):
            word, kind, place = rng.choice([None, text()[:5]]), rng.choice([None, "pump", "fan"]), rng.choice([None, *PLACES])
            expected = sorted(
                key
                for key, (name, of, at) in known.items()
                if (word is None or word in folded(name) or word in key)
                and kind in (None, of)
                and (place is None or at == place or str(at).startswith(place + "/"))
            )
            chosen = DeviceFilter(q=word, type=kind, place=place)
            assert _every(plant, chosen) == (expected, len(expected)), chosen
    with plant.read() as s:
        facets = registry.device_facets(s, plant.acme)
        kinds = [of for _, of, _ in known.values()]
        assert facets.types == {kind: kinds.count(kind) for kind in set(kinds)}
        north = sum(str(at).startswith("n") for _, _, at in known.values())
        assert facets.places == {
            "n": north,
            "s": sum(at == "s" for *_, at in known.values()),
            "": sum(at is None for *_, at in known.values()),
        }
        assert sum(registry.place_counts(s, plant.acme).values()) == len(known) == registry.count_devices(s, plant.acme)
        below = registry.device_facets(s, plant.acme, DeviceFilter(place="n"))
        assert below.places.get("n/a") == sum(str(at).startswith("n/a") for *_, at in known.values())
    before = {q: _every(plant, DeviceFilter(q=q)) for q in ("泵", "1a", "b1水")}
    with plant.write() as s:
        registry.reindex(s, only_missing=False)
    assert {q: _every(plant, DeviceFilter(q=q)) for q in before} == before


def _every(plant: Plant, chosen: DeviceFilter) -> tuple[list[str], int]:
    """All keys over all pages, sorted, and the total the first page says."""
    keys: list[str] = []
    totals = []
    cursor = None
    while True:
        with plant.read() as s:
            page = registry.list_devices(s, plant.acme, chosen, limit=7, cursor=cursor)
        keys += [device.key for device in page.items]
        totals.append(page.total)
        cursor = page.next
        if cursor is None:
            assert len(set(totals)) == 1
            return sorted(keys), totals[0]


@pytest.mark.req("C07")
def test_a_bulk_is_one_line_of_the_feed_and_one_of_the_audit_log(plant: Plant) -> None:
    from kaogong import audit
    from kaogong.registry.changes import DEVICES

    with plant.read() as s:
        followed = Directory.snapshot(s)
    relay = Relay(plant.database)
    relay.mark_sent(change.seq for change in relay.pending())
    new = [NewDevice(key=f"d{n}", type="pump") for n in range(300)]
    made = plant.does(registry.make_devices, new)
    assert isinstance(made, registry.Made) and made.passwords is not None and len(set(made.passwords)) == 300
    (change,) = relay.pending()
    assert change.kind == DEVICES
    with plant.read() as s:
        (line,) = [one for one in audit.entries(s, plant.acme, limit=3).items if one.action == "device.create"]
        assert line.detail == {"count": 300, "ids": [made.ids[0], made.ids[-1]], "first": "d0", "last": "d299"}
        followed.apply(s, [change])
        fresh = Directory.snapshot(s)
        for one in new:
            assert followed.device("acme", one.key) == fresh.device("acme", one.key) is not None
        assert followed.identity()[made.ids].tolist() == fresh.identity()[made.ids].tolist()
        assert followed.device_count("acme") == 300
