"""Weights go both ways between the program and Keras, and both then predict the same."""

import h5py
import numpy as np
import pytest

from pairs import PAIRS

TOLERANCE = 1e-5


@pytest.fixture(params=PAIRS.values(), ids=PAIRS.keys())
def pair(request):
    return request.param


def predict(program, pair, model):
    """The program's predictions for the pair's data, by output."""
    data = pair.data()
    np.savez(program.folder / "input.npz", **{name: data[name] for name in pair.inputs})
    single = len(pair.outputs) == 1
    result = program.folder / ("output.npy" if single else "output.npz")
    program.run("predict", model, "--input", "input.npz", "--output", result)
    loaded = np.load(result)
    return {pair.outputs[0]: loaded} if single else dict(loaded)


def datasets(path):
    """{path of a dataset: (shape, dtype, `name` of its group)} of a weights file."""
    found = {}

    def visit(name, item):
        if isinstance(item, h5py.Dataset):
            found[name] = item.shape, str(item.dtype), item.parent.attrs.get("name")

    with h5py.File(path) as file:
        file.visititems(visit)
    return found


def compare(ours, theirs):
    assert ours.keys() == theirs.keys()
    for name, expected in theirs.items():
        assert ours[name].shape == expected.shape, name
        np.testing.assert_allclose(ours[name], expected, rtol=TOLERANCE, atol=TOLERANCE, err_msg=name)


def test_keras_reads_what_fit_wrote(program, pair):
    run = program.fit(pair.write(program.folder))
    model = pair.keras()
    untrained = pair.predictions_of(model)
    model.load_weights(run / "model" / "model.weights.h5")
    expected = pair.predictions_of(model)
    name = pair.outputs[0]
    assert np.abs(expected[name] - untrained[name]).max() > 1e-3, "loading changed nothing"
    compare(predict(program, pair, run), expected)


def test_predict_uses_what_keras_wrote(program, pair):
    model = pair.keras()
    model.save_weights(program.folder / "given.weights.h5")
    recipe = pair.write(program.folder, weights="given.weights.h5")
    compare(predict(program, pair, recipe), pair.predictions_of(model))


def test_predict_ignores_the_state_of_an_optimizer(program, pair):
    model = pair.keras()
    model.compile(optimizer="adam", loss="mse")
    model.optimizer.build(model.trainable_variables)
    model.save_weights(program.folder / "given.weights.h5")
    assert any(path.startswith("optimizer/") for path in datasets(program.folder / "given.weights.h5"))
    recipe = pair.write(program.folder, weights="given.weights.h5")
    compare(predict(program, pair, recipe), pair.predictions_of(model))


def test_the_file_is_laid_out_as_by_keras(program, pair):
    run = program.fit(pair.write(program.folder))
    pair.keras().save_weights(program.folder / "theirs.weights.h5")
    ours = datasets(run / "model" / "model.weights.h5")
    theirs = datasets(program.folder / "theirs.weights.h5")
    assert {k: v[:2] for k, v in ours.items() if k.startswith("layers/")} == {k: v[:2] for k, v in theirs.items()}
    assert {k: v[2] for k, v in ours.items() if k.startswith("layers/")} == {k: v[2] for k, v in theirs.items()}
