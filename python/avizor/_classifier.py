"""Reading texts."""

from __future__ import annotations

import json
import warnings
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from . import _avizor
from ._explanation import Explanation
from ._frames import like
from ._progress import shown
from ._table import Table
from .errors import InputError, RejectedRowsWarning

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas
    import polars
    import pyarrow

    from ._progress import Progress
    from ._protocol import Protocol
    from ._types import ArrowFrame, Input, ModelSource, PandasFrame, PolarsFrame


class Classifier:
    """Reads texts: language, sentiment, urgency, intent, topics, entities.

    Parameters
    ----------
    protocol : Protocol, optional
        Whose entities to look for and whose topics to use; without one, no entities and the default
        topics.
    model : path, bytes, or a list of these, optional
        Models of ``avizor train``; each replaces the shipped one of its task.
    evidence : bool, default False
        Whether tables have a column ``evidence`` that says why. It costs time and memory.
    encoder : path, optional
        Folder of a transformer (``config.json``, ``tokenizer.json``, ``model.safetensors``) that judges beside the
        fast models. It needs a package built with ``make wheel-encoder``.
    heads : list of paths, optional
        Heads of ``avizor train TASK --encoder`` that read it, one a task; by default the folder is a sequence
        classifier.
    labels : path, optional
        What a classifier's labels stand for; by default ``avizor.toml`` in its folder, or plain names.
    encoder_budget : float, optional
        The transformer judges at most this share of the rows, in [0, 1]: the most doubtful ones.

    Raises
    ------
    ModelError
        For a model that is damaged, of a newer version, or whose labels are not those of its task; and for a
        transformer's folder that cannot be used.
    InputError
        For `encoder` in a package that was built without transformers.

    Notes
    -----
    Any number of threads may use one. With a budget it remembers the doubts of what it has read, and what is seen
    by the transformer depends on their order. Pickles, with its models; an encoder goes by the paths of its files.

    Examples
    --------
    >>> classifier = avizor.Classifier()
    >>> classifier.classify(["Tres horas de retraso y nadie responde"])["urgency"]
    ['high']
    """

    __slots__ = ("_encoder", "_evidence", "_inner", "_models", "_protocol")

    def __init__(
        self,
        protocol: Protocol | None = None,
        model: ModelSource | Iterable[ModelSource] | None = None,
        evidence: bool = False,
        *,
        encoder: str | PathLike[str] | None = None,
        heads: Iterable[str | PathLike[str]] = (),
        labels: str | PathLike[str] | None = None,
        encoder_budget: float | None = None,
    ) -> None:
        given = [fspath(head) for head in heads], None if labels is None else fspath(labels), encoder_budget
        if encoder is None and any(part not in ([], None) for part in given):
            raise InputError(
                "heads, labels and encoder_budget go with a transformer: pass encoder=FOLDER as well"
            )
        self._encoder = None if encoder is None else (fspath(encoder), *given)
        self._protocol = protocol
        self._models = read_models(model)
        self._evidence = evidence
        inner = protocol._inner if protocol else None
        self._inner = _avizor.Classifier(inner, self._models, evidence, self._encoder)

    @classmethod
    def _again(
        cls,
        protocol: Protocol | None,
        models: list[bytes],
        evidence: bool,
        encoder: tuple[str, list[str], str | None, float | None] | None,
    ) -> Classifier:
        if encoder is None:
            return cls(protocol, models, evidence)
        folder, heads, labels, budget = encoder
        return cls(
            protocol, models, evidence, encoder=folder, heads=heads, labels=labels, encoder_budget=budget
        )

    @property
    def protocol(self) -> Protocol | None:
        """The protocol whose entities and topics are used."""
        return self._protocol

    @property
    def evidence(self) -> bool:
        """Whether tables have a column ``evidence``."""
        return self._evidence

    # A frame is an input too; what it is answered with is the more exact of the two.
    @overload
    def classify(  # type: ignore[overload-overlap]
        self,
        data: PandasFrame,
        *,
        columns: Mapping[str, str] | None = None,
        timezone: str | None = None,
        threads: int | None = None,
        progress: Progress = False,
    ) -> pandas.DataFrame: ...
    @overload
    def classify(  # type: ignore[overload-overlap]
        self,
        data: PolarsFrame,
        *,
        columns: Mapping[str, str] | None = None,
        timezone: str | None = None,
        threads: int | None = None,
        progress: Progress = False,
    ) -> polars.DataFrame: ...
    @overload
    def classify(
        self,
        data: ArrowFrame,
        *,
        columns: Mapping[str, str] | None = None,
        timezone: str | None = None,
        threads: int | None = None,
        progress: Progress = False,
    ) -> pyarrow.Table: ...
    @overload
    def classify(
        self,
        data: Input,
        *,
        columns: Mapping[str, str] | None = None,
        timezone: str | None = None,
        threads: int | None = None,
        progress: Progress = False,
    ) -> Table: ...
    def classify(
        self,
        data: Any,
        *,
        columns: Mapping[str, str] | None = None,
        timezone: str | None = None,
        threads: int | None = None,
        progress: Progress = False,
    ) -> Any:
        """Classify texts or mentions.

        Parameters
        ----------
        data : table, column, list or iterator
            Texts: a column of pandas 3, polars, pyarrow or DuckDB, or an iterable of str (None where there
            is none). Mentions: a table with a column ``text``, or an iterable of dicts; their other fields
            (followers, language, entity ...) help where they are there. A single str or dict is a list of
            one. An iterator of tables or columns is read one after the other, so that what does not fit into
            memory goes in piece by piece. Arrow columns are read where they lie, without a copy.
        columns : dict, optional
            The data's names for the fields of a mention, as in ``{"text": "tweet"}``.
        timezone : str, optional
            IANA name of the zone of times without one.
        threads : int, optional
            1 to 1024; one for each core by default. The answer is the same for any number.
        progress : bool or callable, default False
            True shows a bar (``pip install "avizor[progress]"``); a callable is told the number of rows each
            time some are done.

        Returns
        -------
        pandas.DataFrame, polars.DataFrame, pyarrow.Table or Table
            As `data` came: a pandas frame has the index of `data`, so that ``df.join`` fits; anything but the
            three libraries gives a `Table`. One row for each row of `data`, in its order; all null where a
            text is null or a row could not be read.

            - ``id``: the mention's id, or its row number from 1; not there for bare texts
            - ``language``: ``es``, ``en``, ``pt``, or ``und`` where it is not supported
            - ``sentiment``: ``negative``, ``neutral`` or ``positive``
            - ``sentiment_score``: P(positive) - P(negative), in [-1, 1]
            - ``p_negative``, ``p_neutral``, ``p_positive``: calibrated probabilities that sum to 1
            - ``urgency``: ``low``, ``normal``, ``high`` or ``critical``
            - ``urgency_score``: in [0, 1]
            - ``urgency_forced``: ``safety``, ``legal``, ``data`` or ``minors`` where one of them set the
              level; else null
            - ``intent``: ``complaint``, ``question``, ``request``, ``suggestion``, ``praise``,
              ``purchase`` or ``information``
            - ``intents``: list of all that the author wants, `intent` first
            - ``topics``: list of names, strongest first
            - ``department``: who must see it; null where no rule says so
            - ``entities``: list of names, strongest first
            - ``fingerprint``: 16 hexadecimal digits, the same for copies of one text
            - ``repeat``: ``retweet`` or ``quote`` where the text passes on what another said; else null
            - ``evidence``, if asked for: list of {start, end, kind, rule, weight}; `start` and `end`
              count characters of the text

        Raises
        ------
        InputError
            For data that is neither texts nor mentions.
        MissingColumnError
            For a table without a column ``text``.

        Warns
        -----
        RejectedRowsWarning
            Where rows of a table or dicts could not be read.

        Notes
        -----
        The GIL is released and Ctrl-C stops it within a second; nothing is returned then. Memory beside the
        table that is returned does not grow with the rows.
        """
        with shown(progress, data) as told:
            table, rejected, first = self._inner.classify(data, columns, timezone, threads, told)
        if first:
            warn_of_rejects(rejected, len(table), first)
        return like(data, Table(table))

    def explain(self, text: str) -> Explanation:
        """Classify one text and say why, in its own words."""
        return Explanation.of(text, json.loads(self._inner.analyse(text)))

    def __reduce__(self) -> tuple[Any, ...]:
        return Classifier._again, (self._protocol, self._models, self._evidence, self._encoder)

    def __repr__(self) -> str:
        who = ", ".join(self._protocol.entities) if self._protocol else "anybody"
        own = f", {len(self._models)} own models" if self._models else ""
        beside = f", beside the transformer in {self._encoder[0]}" if self._encoder else ""
        return f"<Classifier for {who}{own}{beside}>"


_default: Classifier | None = None


@overload
def classify(  # type: ignore[overload-overlap]
    data: PandasFrame,
    *,
    protocol: Protocol | None = None,
    model: ModelSource | Iterable[ModelSource] | None = None,
    evidence: bool = False,
    columns: Mapping[str, str] | None = None,
    timezone: str | None = None,
    threads: int | None = None,
    progress: Progress = False,
) -> pandas.DataFrame: ...
@overload
def classify(  # type: ignore[overload-overlap]
    data: PolarsFrame,
    *,
    protocol: Protocol | None = None,
    model: ModelSource | Iterable[ModelSource] | None = None,
    evidence: bool = False,
    columns: Mapping[str, str] | None = None,
    timezone: str | None = None,
    threads: int | None = None,
    progress: Progress = False,
) -> polars.DataFrame: ...
@overload
def classify(
    data: ArrowFrame,
    *,
    protocol: Protocol | None = None,
    model: ModelSource | Iterable[ModelSource] | None = None,
    evidence: bool = False,
    columns: Mapping[str, str] | None = None,
    timezone: str | None = None,
    threads: int | None = None,
    progress: Progress = False,
) -> pyarrow.Table: ...
@overload
def classify(
    data: Input,
    *,
    protocol: Protocol | None = None,
    model: ModelSource | Iterable[ModelSource] | None = None,
    evidence: bool = False,
    columns: Mapping[str, str] | None = None,
    timezone: str | None = None,
    threads: int | None = None,
    progress: Progress = False,
) -> Table: ...
def classify(
    data: Any,
    *,
    protocol: Protocol | None = None,
    model: ModelSource | Iterable[ModelSource] | None = None,
    evidence: bool = False,
    columns: Mapping[str, str] | None = None,
    timezone: str | None = None,
    threads: int | None = None,
    progress: Progress = False,
) -> Any:
    """Classify texts or mentions.

    Parameters are those of `Classifier` and of `Classifier.classify`, where the table that is returned is
    described. Make a `Classifier` to classify often under one protocol.

    Examples
    --------
    >>> avizor.classify(["Excelente servicio, gracias"])["sentiment"]
    ['positive']
    """
    own = protocol is not None or model is not None or evidence
    classifier = Classifier(protocol, model, evidence) if own else _shipped()
    return classifier.classify(data, columns=columns, timezone=timezone, threads=threads, progress=progress)


def explain(
    text: str,
    *,
    protocol: Protocol | None = None,
    model: ModelSource | Iterable[ModelSource] | None = None,
) -> Explanation:
    """Classify one text and say why, in its own words.

    Parameters
    ----------
    text : str
        What was written.
    protocol, model
        As for `Classifier`.

    Returns
    -------
    Explanation
        Shows in notebooks as coloured words; prints in terminals.
    """
    own = protocol is not None or model is not None
    return (Classifier(protocol, model) if own else _shipped()).explain(text)


def _shipped() -> Classifier:
    global _default
    if _default is None:
        _default = Classifier()
    return _default


def read_models(model: ModelSource | Iterable[ModelSource] | None) -> list[bytes]:
    """Give the bytes of each model."""
    if model is None:
        return []
    if isinstance(model, bytes):
        return [model]
    if isinstance(model, (str, PathLike)):
        return [Path(model).read_bytes()]
    return [data for one in model for data in read_models(one)]


def warn_of_rejects(rejected: int, rows: int, first: tuple[int, str, str], up: int = 3) -> None:
    """Warn the user, so many calls up, that rows could not be read."""
    share = "all" if rejected == rows else f"{rejected:,} of"
    row, reason, _ = first
    reason = reason.replace("say the file's time zone", 'pass timezone="Europe/Madrid" or the like')
    message = f"{share} {rows:,} rows could not be read; the first is row {row}: {reason}"
    warnings.warn(message, RejectedRowsWarning, stacklevel=up)
