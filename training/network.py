"""Know the reader's one encoder and its heads; how their outputs are pooled is `vectorstore.reader`'s to know too.

The encoder's token types number the turns: 0 is what is read now, 1 the turn before it, and so on; the last is for
the text of a report beside a question.
"""

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from training.labels import KEPT, MARKS, SLOTS, TAGS
from vectorstore.reader import REPORT

TURNS = 7
"""How many turns are told apart: the question and six before it."""


class Network(nn.Module):
    """Read tokens once; each head is linear on the last states."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.encoder = BertModel(config, add_pooling_layer=False)
        self.dropout = nn.Dropout(0.15)
        hidden = config.hidden_size
        self.tags = nn.Linear(hidden, len(TAGS))
        self.slots = nn.ModuleDict(
            {name: nn.Linear(2 * hidden + len(MARKS), len(choices)) for name, choices in SLOTS.items()}
        )
        self.kept = nn.Linear(2 * hidden + len(MARKS), len(KEPT))
        self.turn = nn.Linear(2 * hidden, hidden)
        self.turn_score = nn.Linear(hidden, 1)
        self.asked = nn.Linear(hidden, hidden)
        self.inside = nn.Linear(hidden, hidden)
        self.around = nn.Linear(hidden, hidden, bias=False)
        self.beside = nn.Linear(hidden, hidden)
        self.judged = nn.Linear(hidden, 1)
        self.none = nn.Parameter(torch.tensor(0.5))
        self.scale = nn.Parameter(torch.tensor(20.0))
        for layer in (self.asked, self.inside, self.around):
            nn.init.eye_(layer.weight)
        with torch.no_grad():
            self.around.weight.mul_(0.3)
            self.asked.bias.zero_()
            self.inside.bias.zero_()

    @classmethod
    def from_folder(cls, folder: Path) -> "Network":
        """Take the encoder from a model folder, and freeze its word embeddings."""
        config = BertConfig.from_pretrained(folder)
        config.type_vocab_size = REPORT + 1
        config._attn_implementation = "sdpa"
        # Dropout inside costs a quarter of the time; the heads have some of their own.
        config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
        network = cls(config)
        tensors = {name: tensor.float() for name, tensor in load_file(folder / "model.safetensors").items()}
        types = "embeddings.token_type_embeddings.weight"
        # A mark for each turn: small, so that nothing is upset, and never the same for two.
        marks = torch.randn(REPORT + 1, config.hidden_size, generator=torch.Generator().manual_seed(7))
        marks[0] = 0
        tensors[types] = tensors[types][:1] + tensors[types][:1].std() * marks
        network.encoder.load_state_dict(tensors)
        network.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
        return network

    def freeze(self, layers: int) -> None:
        """Keep the embeddings and the first layers as they are."""
        self.encoder.embeddings.requires_grad_(False)
        for layer in self.encoder.encoder.layer[:layers]:
            layer.requires_grad_(False)

    def states(self, ids: Tensor, mask: Tensor, turns: Tensor) -> Tensor:
        """Return the encoder's last states."""
        return self.encoder(input_ids=ids, attention_mask=mask, token_type_ids=turns).last_hidden_state

    def heads(self, states: Tensor, mask: Tensor, turns: Tensor) -> dict[str, Tensor]:
        """Return the scores of what a question is taken for."""
        current = mean_of(states, mask * (turns == 0))
        tags = self.tags(self.dropout(states))
        whole = self.dropout(torch.cat((states[:, 0], current), dim=-1))
        # What a question names itself says most about what it takes from before.
        whole = torch.cat((whole, marks_of(tags, mask * (turns == 0))), dim=-1)
        scores = {"tags": tags, "kept": self.kept(whole)}
        scores |= {name: head(whole) for name, head in self.slots.items()}
        before = torch.stack([mean_of(states, mask * (turns == number)) for number in range(1, TURNS)], dim=1)
        together = torch.cat((before, states[:, :1].expand(-1, TURNS - 1, -1)), dim=-1)
        scores["turn"] = self.turn_score(torch.tanh(self.turn(together))).squeeze(-1)
        return scores

    def judge(self, states: Tensor) -> Tensor:
        """Return for each token of a text how much rather it belongs to what is asked beside it than not."""
        return self.judged(torch.tanh(self.beside(states))).squeeze(-1)

    def forward(self, ids: Tensor, mask: Tensor, turns: Tensor) -> dict[str, Tensor]:
        """Return every score, and for each token what its part of a vector is."""
        states = self.states(ids, mask, turns)
        return {
            **self.heads(states, mask, turns),
            "asked": self.asked(states),
            "inside": self.inside(states),
            "around": self.around(states),
            "judged": self.judge(states),
        }


def mean_of(states: Tensor, weights: Tensor) -> Tensor:
    """Return the weighted mean of each row's states; zero where all weights are."""
    weights = weights.to(states.dtype)
    return (weights.unsqueeze(-1) * states).sum(1) / weights.sum(1, keepdim=True).clamp(min=1e-6)


def marks_of(tags: Tensor, mask: Tensor) -> Tensor:
    """Return how surely each mark stands anywhere among the tokens of a mask."""
    chances = tags.detach().softmax(-1)[..., 1:].unflatten(-1, (len(MARKS), 2)).sum(-1)
    return (chances * mask.unsqueeze(-1)).amax(dim=1)
