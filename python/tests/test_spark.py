from __future__ import annotations

from typing import Any

import pytest

import avizor
from avizor import spark

pa: Any = pytest.importorskip("pyarrow")
cloudpickle: Any = pytest.importorskip("cloudpickle")


def batches() -> list[Any]:
    texts = [["gracias, excelente", "@auroraair perdió mi maleta, qué desastre"], [], ["hola"]]
    return [
        pa.record_batch({"id": [f"{n}-{i}" for i in range(len(part))], "text": pa.array(part, pa.string())})
        for n, part in enumerate(texts)
    ]


def test_the_function_travels_and_answers_row_for_row(protocol: avizor.Protocol) -> None:
    # Spark carries functions to its workers as joblib does: by cloudpickle.
    work = cloudpickle.loads(cloudpickle.dumps(spark.classify_batches(protocol=protocol)))
    found = pa.Table.from_batches(list(work(iter(batches()))))
    assert found["id"].to_pylist() == ["0-0", "0-1", "2-0"]
    assert found["sentiment"].to_pylist()[:2] == ["positive", "negative"]
    assert found["entities"].to_pylist()[1] == ["Aurora Air"]


def test_the_schema_is_that_of_the_answer() -> None:
    answer = next(iter(spark.classify_batches()(iter(batches()))))
    kinds = {"string": "string", "double": "double", "list<item: string>": "array<string>"}
    written = ", ".join(f"{f.name} {kinds[str(f.type).replace(' not null', '')]}" for f in answer.schema)
    assert written == spark.SCHEMA


def test_a_frame_is_mapped(protocol: avizor.Protocol) -> None:
    class Frame:
        """What is used of Spark's."""

        def mapInArrow(self, work: Any, schema: str) -> Any:  # noqa: N802
            assert schema == spark.SCHEMA
            return list(work(iter(batches())))

    assert sum(batch.num_rows for batch in spark.classify(Frame(), protocol=protocol)) == 3


def test_processes_of_joblib_share_the_work(protocol: avizor.Protocol) -> None:
    joblib = pytest.importorskip("joblib")
    classifier = avizor.Classifier(protocol)
    chunks = [["qué desastre"], ["excelente, gracias"]]
    tables = joblib.Parallel(n_jobs=2)(
        joblib.delayed(classifier.classify)(chunk, threads=1) for chunk in chunks
    )
    assert [table["sentiment"] for table in tables] == [["negative"], ["positive"]]
