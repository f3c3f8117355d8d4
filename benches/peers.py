"""The peers that avizor is compared with, each on the same file as avizor.

usage: peers.py speed FILE [--peer textblob]      VADER's mentions a second, or another's, timed as avizor's are
       peers.py majority FILE --label C           the most frequent label, always
       peers.py vader FILE --label C              VADER with its authors' thresholds
       peers.py textblob FILE --label C           TextBlob's polarity, cut at 0
       peers.py fasttext FILE --label C --train T fastText's classifier with word pairs, otherwise as it comes
       peers.py tfidf FILE --label C [--train T]  TF-IDF and logistic regression; without T in five folds, and with
                                                  --tune at the pull that these folds like best

FILE is CSV or JSON Lines with a column ``text``. Figures are JSON with the names of ``avizor eval --json``.
"""

import argparse
import csv
import json
import re
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROUNDS = 8
"""Rounds over the whole file, the first not counted."""
PULLS = (0.3, 1.0, 3.0)
"""Inverse strengths of the pull towards zero that are tried."""
BINS = 15
"""Bins of the calibration error (Guo et al. 2017); as in avizor_lab::metrics."""


def column(path: Path, name: str) -> list[str]:
    """Give one column of a CSV or JSON Lines file."""
    with path.open(encoding="utf-8", newline="") as file:
        if path.suffix == ".jsonl":
            return [json.loads(line)[name] for line in file]
        return [row[name] for row in csv.DictReader(file)]


def evaluate(
    truth: Sequence[str], predicted: Sequence[str], sure: Sequence[float] | None = None
) -> dict[str, Any]:
    """Give accuracy, macro-F1, each label's F1 and, where probabilities are given, the calibration error."""
    pairs = Counter(zip(truth, predicted, strict=True))
    said, true = Counter(predicted), Counter(truth)
    f1 = {label: 2 * pairs[label, label] / (said[label] + true[label]) for label in true}
    result: dict[str, Any] = {
        "n": len(truth),
        "accuracy": sum(pairs[label, label] for label in true) / len(truth),
        "macro_f1": statistics.fmean(f1.values()),
        "per_class": {label: {"f1": f} for label, f in f1.items()},
    }
    if sure is not None:
        gaps = [0.0] * BINS
        for t, p, s in zip(truth, predicted, sure, strict=True):
            gaps[min(int(s * BINS), BINS - 1)] += s - (t == p)
        result["ece"] = sum(map(abs, gaps)) / len(truth)
    return result


def speed(texts: Sequence[str], judge: Callable[[str], Any]) -> dict[str, Any]:
    """Time a peer as avizor is timed: the processor's time without reading the file, the fastest round."""
    rates = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        for text in texts:
            judge(text)
        rates.append(len(texts) / (time.process_time() - begun))
    return {"mentions": len(texts), "per_second": max(rates[1:])}


def vader_judge() -> Callable[[str], Any]:
    """Give VADER's function of one text."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer().polarity_scores


def textblob_judge() -> Callable[[str], Any]:
    """Give TextBlob's function of one text."""
    from textblob import TextBlob

    return lambda text: TextBlob(text).sentiment.polarity


def textblob(texts: Sequence[str]) -> list[str]:
    """Label by the sign of TextBlob's polarity; it is 0 where no word is in its lexicon."""
    polarities = list(map(textblob_judge(), texts))
    return ["positive" if p > 0 else "negative" if p < 0 else "neutral" for p in polarities]


def fasttext(
    texts: Sequence[str], labels: Sequence[str], train: tuple[Sequence[str], Sequence[str]]
) -> dict[str, Any]:
    """Label with fastText's supervised classifier: word pairs, 25 epochs, one thread, lower case."""
    import fasttext as library

    def line(text: str) -> str:
        return " ".join(text.lower().split())

    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.writelines(f"__label__{label} {line(text)}\n" for text, label in zip(*train, strict=True))
        file.flush()
        model = library.train_supervised(
            file.name, wordNgrams=2, epoch=25, lr=0.5, thread=1, seed=1, verbose=0
        )
    said, sure = model.predict([line(text) for text in texts])
    predicted = [s[0].removeprefix("__label__") for s in said]
    return evaluate(labels, predicted, [min(float(p[0]), 1.0) for p in sure])


def vader(texts: Sequence[str]) -> list[str]:
    """Label by VADER's compound score, cut where its authors cut it: -0.05 and 0.05."""
    score = vader_judge()
    compounds = [score(text)["compound"] for text in texts]
    return ["positive" if c >= 0.05 else "negative" if c <= -0.05 else "neutral" for c in compounds]


def tfidf(
    texts: Sequence[str],
    labels: Sequence[str],
    train: tuple[Sequence[str], Sequence[str]] | None,
    *,
    tune: bool = False,
) -> dict[str, Any]:
    """Label with words, word pairs and runs of 2 to 5 letters under a logistic regression."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline, make_union

    model = make_pipeline(
        make_union(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
        ),
        LogisticRegression(max_iter=1000, class_weight="balanced"),
    )
    if train:
        chances = model.fit(*train).predict_proba(texts)
        return score(labels, list(model.classes_), chances)
    # Scrambled and balanced, as `avizor train` does it: neighbours in a file are often alike.
    folds = StratifiedKFold(5, shuffle=True, random_state=1)
    found = []
    for pull in PULLS if tune else [1.0]:
        model.set_params(logisticregression__C=pull)
        chances = cross_val_predict(model, texts, labels, cv=folds, method="predict_proba")
        found.append(score(labels, sorted(set(labels)), chances))
    return max(found, key=lambda result: result["macro_f1"])


def score(labels: Sequence[str], classes: Sequence[str], chances: Any) -> dict[str, Any]:  # noqa: ANN401
    """Evaluate the likeliest label of each row of probabilities, a numpy array."""
    return evaluate(labels, [classes[row.argmax()] for row in chances], [float(row.max()) for row in chances])


def main() -> None:
    """Run one peer on one file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["speed", "majority", "vader", "textblob", "fasttext", "tfidf"])
    parser.add_argument("file", type=Path)
    parser.add_argument("--label", default="label")
    parser.add_argument("--train", type=Path)
    parser.add_argument("--skip-unlabelled", action="store_true", help="leave rows without a label out")
    parser.add_argument("--tune", action="store_true", help="try several pulls towards zero, keep the best")
    parser.add_argument("--peer", choices=["vader", "textblob"], default="vader", help="whose speed")
    parser.add_argument("--no-handles", action="store_true", help="leave @names out of what VADER reads")
    args = parser.parse_args()
    texts = column(args.file, "text")
    labels = [] if args.what == "speed" else column(args.file, args.label)
    if args.skip_unlabelled:
        texts = [text for text, label in zip(texts, labels, strict=True) if label]
        labels = [label for label in labels if label]
    train = (column(args.train, "text"), column(args.train, "label")) if args.train else None
    if args.what == "speed":
        result = speed(texts, textblob_judge() if args.peer == "textblob" else vader_judge())
    elif args.what == "majority":
        result = evaluate(labels, [Counter(labels).most_common(1)[0][0]] * len(labels))
    elif args.what == "vader":
        read = [re.sub(r"@\w+", "", text) for text in texts] if args.no_handles else texts
        result = evaluate(labels, vader(read))
    elif args.what == "textblob":
        result = evaluate(labels, textblob(texts))
    elif args.what == "tfidf":
        result = tfidf(texts, labels, train, tune=args.tune)
    elif train:
        result = fasttext(texts, labels, train)
    else:
        parser.error("fasttext needs --train")
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
