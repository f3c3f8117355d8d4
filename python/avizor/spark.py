"""Years of mentions on Apache Spark: each partition through one classifier, as Arrow batches.

Spark is not imported here: a function for ``DataFrame.mapInArrow`` is made, and Spark calls it on its workers, which
need this package and pyarrow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._classifier import Classifier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pyarrow

    from ._protocol import Protocol
    from ._types import ModelSource

__all__ = ["SCHEMA", "classify", "classify_batches"]

SCHEMA = (
    "id string, language string, sentiment string, sentiment_score double, p_negative double, p_neutral double, "
    "p_positive double, urgency string, urgency_score double, urgency_forced string, "
    "intent string, intents array<string>, topics array<string>, "
    "department string, entities array<string>, fingerprint string, repeat string"
)
"""Columns of what comes out, as Spark writes a schema."""


def classify(
    frame: Any,  # noqa: ANN401, a pyspark.sql.DataFrame, which is not imported
    *,
    protocol: Protocol | None = None,
    model: ModelSource | Iterable[ModelSource] | None = None,
    columns: dict[str, str] | None = None,
    timezone: str | None = None,
) -> Any:  # noqa: ANN401
    """Classify the mentions of a Spark data frame.

    Parameters
    ----------
    frame : pyspark.sql.DataFrame
        With a column ``text`` and, to join by, ``id``.
    protocol, model, columns, timezone
        As for `avizor.classify`.

    Returns
    -------
    pyspark.sql.DataFrame
        With the columns of `SCHEMA`; lazy, as everything of Spark's.

    Examples
    --------
    >>> out = avizor.spark.classify(spark.read.parquet("mentions"))  # doctest: +SKIP
    """
    work = classify_batches(protocol=protocol, model=model, columns=columns, timezone=timezone)
    return frame.mapInArrow(work, SCHEMA)


def classify_batches(
    *,
    protocol: Protocol | None = None,
    model: ModelSource | Iterable[ModelSource] | None = None,
    columns: dict[str, str] | None = None,
    timezone: str | None = None,
) -> Callable[[Iterator[pyarrow.RecordBatch]], Iterator[pyarrow.RecordBatch]]:
    """Make the function that ``mapInArrow`` takes; it pickles.

    Each worker uses one thread, for Spark already runs one worker a core.
    """
    classifier = Classifier(protocol, model)

    def work(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        for batch in batches:
            table = classifier.classify(batch, columns=columns, timezone=timezone, threads=1)
            yield from table.to_batches()

    return work
