"""The offline model is made of the packaged file, checked, and put in place at once."""

import struct
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from search import offline_model
from search.e5_file import MAGIC, BrokenModelFile, read_e5_file
from search.offline_model import STAMP, ModelMismatch, is_up_to_date, main, stamp, write_model


def a_file(path: Path, *, magic: bytes = MAGIC, block: int = 32) -> Path:
    """The smallest file of the layout: two pieces, one replacement, one tensor of each type."""
    blob = "▁油".encode()
    scale_and_nibbles = struct.pack("<e", 0.5) + bytes([0x80] * 16)
    head = magic + struct.pack("<I7ifi5i", 1, 4, 1, 1, 4, 2, 8, 1, 1e-12, block, 2, 0, 1, 0, 1)
    words = struct.pack("<Q3I2f", len(blob), 0, 3, 6, -1.0, -2.0) + blob
    norms = struct.pack("<iI", 2, 19) + struct.pack("<IBI", 9, 1, 32) + struct.pack("<IB", 1, 0)
    names = struct.pack("<i", 2)
    at = len(head + words + norms + names) + 2 * (2 + 1 + 21)
    table = struct.pack("<H1sBIQQ", 1, b"a", 0, 2, at, 8)
    table += struct.pack("<H1sBIQQ", 1, b"b", 1, 32, at + 8, 18)
    data = struct.pack("<2f", 1.5, -2.0) + scale_and_nibbles
    path.write_bytes(head + words + norms + names + table + data)
    return path


def test_every_part_of_the_packed_file_is_read(tmp_path: Path) -> None:
    file = read_e5_file(a_file(tmp_path / "e5.bin"))
    assert file.pieces == ("▁", "油")
    assert file.scores == (-1.0, -2.0)
    assert file.replacements == {"\t": " ", "\x01": ""}
    assert file.weights("a", 2).tolist() == [1.5, -2.0]
    assert file.weights("b", 2, 16).tolist() == [[-4.0] * 16, [0.0] * 16]


def test_a_tensor_of_another_shape_is_refused(tmp_path: Path) -> None:
    file = read_e5_file(a_file(tmp_path / "e5.bin"))
    with pytest.raises(BrokenModelFile, match="tensor a"):
        file.weights("a", 3)


@pytest.mark.parametrize(
    ("change", "reason"), [({"magic": b"ELSE"}, "E5S1"), ({"block": 64}, "64")]
)
def test_a_file_of_another_layout_is_refused(
    tmp_path: Path, change: dict[str, object], reason: str
) -> None:
    with pytest.raises(BrokenModelFile, match=reason):
        read_e5_file(a_file(tmp_path / "e5.bin", **change))


def test_an_up_to_date_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / STAMP).write_text(stamp(), encoding="utf-8")
    said: list[str] = []
    write_model(tmp_path, said.append)
    assert said == ["the offline model is up to date"]
    assert [path.name for path in tmp_path.iterdir()] == [STAMP]


def test_the_command_names_the_folder_it_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / STAMP).write_text(stamp(), encoding="utf-8")
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith(f"{tmp_path}: the offline model")


@pytest.mark.model
def test_the_made_folder_replaces_an_older_one_and_a_wrong_one_never_arrives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "models" / "e5-small"
    folder.mkdir(parents=True)
    (folder / STAMP).write_text("older", encoding="utf-8")
    with monkeypatch.context() as patched:
        patched.setattr(offline_model, "MINIMUM_COSINE", 1.1)
        with pytest.raises(ModelMismatch):
            write_model(folder)
    assert (folder / STAMP).read_text(encoding="utf-8") == "older"
    write_model(folder)
    assert is_up_to_date(folder)
    assert [path.name for path in folder.parent.iterdir()] == ["e5-small"]


@pytest.mark.model
def test_prompts_length_and_unit_vectors_are_in_the_folder(model_folder: Path) -> None:
    model = SentenceTransformer(str(model_folder), device="cpu", local_files_only=True)
    assert model.prompts == {"query": "query: ", "document": "passage: "}
    assert model.max_seq_length == 512
    vectors = model.encode_query(["能耗管理", ""])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
