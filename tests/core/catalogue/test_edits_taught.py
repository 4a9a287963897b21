"""Pictures that a camera took of an item: one vector each, of the thing's place alone."""

from collections.abc import Callable

import numpy as np
import pytest

from services.core.catalogue.changes import Changed
from services.core.catalogue.cut_outs import THING_BOX, GivenPicture
from services.core.catalogue.edits import MAX_PICTURES, Edit
from services.core.catalogue.items import Draft
from services.core.errors import InputError
from tests.core.catalogue.catalogues import decode
from tests.core.catalogue.edit_rig import BLUE, GREEN, RED, EditRig, assert_same

VIEWS = 2


def taught(*contents: bytes) -> list[GivenPicture]:
    return [GivenPicture(content, taught=True) for content in contents]


def test_a_new_item_of_taught_pictures_has_one_vector_of_each() -> None:
    rig = EditRig()
    rig.editor.add(Draft("A cup", id="cup"), lambda: taught(GREEN, BLUE))
    cup = rig.item("cup")
    assert cup is not None
    assert cup.pictures == cup.taught == (rig.key(GREEN), rig.key(BLUE))
    assert len(cup.vectors) == 2
    pictures = [decode(content)[0] for content in (GREEN, BLUE)]
    expected, _ = rig.featurizer.look(pictures, np.array([THING_BOX] * 2, np.float32))
    np.testing.assert_array_equal(cup.vectors, expected)


def test_taught_views_come_behind_the_catalogues_and_are_made_again_as_they_were() -> None:
    rig = EditRig()
    changed = rig.editor.add_views("mug", lambda: taught(GREEN, BLUE))
    mug = rig.mug()
    assert mug.taught == (rig.key(GREEN), rig.key(BLUE))
    assert len(mug.vectors) == VIEWS + 2
    looks = rig.catalogue.looks_again(mug)
    np.testing.assert_array_equal(np.concatenate([look.vectors for look in looks]), mug.vectors)
    assert [look.taught for look in looks] == [False, True, True]
    rig.editor.undo(changed.undo)
    assert_same(rig.mug(), rig.first.item or mug)
    assert rig.mug().taught == ()


def test_taking_a_picture_away_leaves_the_other_kinds_as_they_are() -> None:
    rig = EditRig()
    rig.editor.add_views("mug", lambda: taught(GREEN, BLUE))
    rig.editor.remove_view("mug", 1)
    assert (rig.mug().taught, len(rig.mug().vectors)) == ((rig.key(BLUE),), VIEWS + 1)
    rig.editor.remove_view("mug", 0)
    assert (rig.mug().picture, len(rig.mug().vectors)) == (rig.key(BLUE), 1)


def test_several_pictures_stand_in_place_of_the_shown_one() -> None:
    rig = EditRig()
    rig.editor.add_views("mug", lambda: taught(b"\x10\x20\x30"))
    rig.editor.edit("mug", Edit(title="Shown"), lambda: [GivenPicture(GREEN), GivenPicture(BLUE)])
    mug = rig.mug()
    assert mug.pictures == (rig.key(GREEN), rig.key(BLUE), rig.key(b"\x10\x20\x30"))
    assert (mug.taught, len(mug.vectors)) == ((rig.key(b"\x10\x20\x30"),), 2 * VIEWS + 1)


def test_one_picture_is_not_of_both_kinds() -> None:
    rig = EditRig()
    with pytest.raises(InputError, match="item 'mug' has one of these pictures already"):
        rig.editor.add_views("mug", lambda: taught(RED))
    assert rig.mug().taught == ()


def test_an_item_has_no_more_pictures_than_it_may() -> None:
    rig = EditRig()
    many = taught(*(bytes([number, 9, 9]) for number in range(MAX_PICTURES)))
    changes: list[Callable[[], Changed]] = [
        lambda: rig.editor.add_views("mug", lambda: many),
        lambda: rig.editor.add(Draft("A cup"), lambda: [*many, *taught(BLUE)]),
        lambda: rig.editor.edit("mug", Edit(), lambda: [*many, *taught(BLUE)]),
    ]
    for change in changes:
        with pytest.raises(InputError, match="would have 17 pictures; expected at most 16"):
            change()
    assert rig.mug().pictures == (rig.key(RED),)
    rig.editor.edit("mug", Edit(), lambda: many)
    assert len(rig.mug().pictures) == MAX_PICTURES
