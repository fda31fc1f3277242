"""Turn the parsed e5 file into a SentenceTransformer folder; importing this takes seconds."""

import re
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
from tokenizers import Regex, Tokenizer, normalizers
from tokenizers.models import Unigram
from tokenizers.pre_tokenizers import Metaspace
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast
from transformers.utils import logging

from search.e5_file import E5File

PROMPTS = {"query": "query: ", "document": "passage: "}
# the file's layer names on the left, BertModel's on the right
DENSE = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


def write_folder(file: E5File, folder: Path) -> None:
    """Write model, tokenizer, pooling, normalisation and prompts into `folder`."""
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    _bert(file).save_pretrained(folder)
    _tokenizer(file).save_pretrained(folder)
    network = Transformer(str(folder), max_seq_length=file.sizes.positions)
    model = SentenceTransformer(
        modules=[network, Pooling(file.sizes.hidden, "mean"), Normalize()],
        prompts=PROMPTS,
        device="cpu",
    )
    model.save(str(folder), create_model_card=False)
    for path in folder.rglob("*"):
        # some writers make files that only their owner may read; the service is another user
        path.chmod(0o755 if path.is_dir() else 0o644)


def _bert(file: E5File) -> BertModel:
    sizes = file.sizes
    config = BertConfig(
        vocab_size=sizes.vocabulary,
        hidden_size=sizes.hidden,
        num_hidden_layers=sizes.layers,
        num_attention_heads=sizes.heads,
        intermediate_size=sizes.feed_forward,
        max_position_embeddings=sizes.positions,
        type_vocab_size=sizes.token_types,
        hidden_act="gelu",
        layer_norm_eps=1e-12,
        pad_token_id=file.pad,
    )
    model = BertModel(config)
    model.load_state_dict(_state(file))
    return model


def _state(file: E5File) -> dict[str, torch.Tensor]:
    sizes, hidden = file.sizes, file.sizes.hidden
    state = {
        "embeddings.word_embeddings.weight": _tensor(file, "emb.word", sizes.vocabulary, hidden),
        "embeddings.position_embeddings.weight": _tensor(file, "emb.pos", sizes.positions, hidden),
        "embeddings.token_type_embeddings.weight": _tensor(
            file, "emb.type", sizes.token_types, hidden
        ),
        "embeddings.LayerNorm.weight": _tensor(file, "emb.ln.w", hidden),
        "embeddings.LayerNorm.bias": _tensor(file, "emb.ln.b", hidden),
        # the stock loader complains when a pooler is missing; mean pooling never reads it
        "pooler.dense.weight": torch.zeros(hidden, hidden),
        "pooler.dense.bias": torch.zeros(hidden),
    }
    for layer in range(sizes.layers):
        state |= _layer(file, layer)
    return state


def _layer(file: E5File, layer: int) -> dict[str, torch.Tensor]:
    hidden, inner = file.sizes.hidden, file.sizes.feed_forward
    shapes = {"fi": (inner, hidden), "fo": (hidden, inner)}
    state = {}
    for short, long in DENSE.items():
        rows, columns = shapes.get(short, (hidden, hidden))
        prefix = f"encoder.layer.{layer}.{long}"
        state[f"{prefix}.weight"] = _tensor(file, f"l{layer}.{short}.w", rows, columns)
        state[f"{prefix}.bias"] = _tensor(file, f"l{layer}.{short}.b", rows)
    for short, long in NORMS.items():
        prefix = f"encoder.layer.{layer}.{long}"
        state[f"{prefix}.weight"] = _tensor(file, f"l{layer}.{short}.w", hidden)
        state[f"{prefix}.bias"] = _tensor(file, f"l{layer}.{short}.b", hidden)
    return state


def _tensor(file: E5File, name: str, *shape: int) -> torch.Tensor:
    return torch.from_numpy(file.weights(name, *shape))


def _tokenizer(file: E5File) -> PreTrainedTokenizerFast:
    vocabulary = list(zip(file.pieces, file.scores, strict=True))
    tokenizer = Tokenizer(Unigram(vocabulary, unk_id=file.unknown, byte_fallback=False))
    tokenizer.normalizer = _normalizer(file)
    tokenizer.pre_tokenizer = Metaspace(prepend_scheme="always", split=False)
    begin, end = file.pieces[file.bos], file.pieces[file.eos]
    tokenizer.post_processor = TemplateProcessing(
        single=f"{begin} $A {end}",
        pair=f"{begin} $A {end} {end} $B {end}",
        special_tokens=[(begin, file.bos), (end, file.eos)],
    )
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        bos_token=begin,
        eos_token=end,
        cls_token=begin,
        sep_token=end,
        pad_token=file.pieces[file.pad],
        unk_token=file.pieces[file.unknown],
        model_max_length=file.sizes.positions,
        clean_up_tokenization_spaces=False,
    )


def _normalizer(file: E5File) -> normalizers.Normalizer:
    """One replacement for each target, then NFKC, then runs of spaces to one."""
    steps: list[normalizers.Normalizer] = []
    for target in sorted(set(file.replacements.values())):
        sources = [source for source, to in file.replacements.items() if to == target]
        steps.append(normalizers.Replace(Regex(f"[{re.escape(''.join(sources))}]"), target))
    steps += [normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    return normalizers.Sequence(steps)
