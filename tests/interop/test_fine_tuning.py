"""Training that begins with weights of the other side: `fit --init-from` with Keras' files, Keras with the program's."""

import keras
import numpy as np
import pytest

from pairs import PAIRS

STILL = ["--epochs", "1", "--set", 'train.freeze="*"']  # nothing is trained: what was taken stays


@pytest.fixture(params=PAIRS.values(), ids=PAIRS.keys())
def pair(request):
    return request.param


def weights_of(model):
    return [keras.ops.convert_to_numpy(v) for v in model.weights]


def test_fit_begins_with_keras_weights(program, pair):
    """A frozen run changes nothing, so that its weights are those of the file."""
    model = pair.keras()
    model.save_weights(program.folder / "given.weights.h5")
    program.run("fit", pair.write(program.folder), "--init-from", "given.weights.h5", "--run", "still", *STILL)
    again = pair.keras()
    keras.utils.set_random_seed(7)
    again.load_weights(program.folder / "still" / "model" / "model.weights.h5")
    for ours, theirs in zip(weights_of(again), weights_of(model)):
        np.testing.assert_array_equal(ours, theirs)


def test_names_of_a_later_model_of_a_session_do_not_matter(program):
    """Keras numbers names through a session; the file is then matched by its paths."""
    pair = PAIRS["dense"]
    pair.keras()
    model = pair.build()  # dense_3, dense_4, ...
    model.save_weights(program.folder / "given.weights.h5")
    program.run("fit", pair.write(program.folder), "--init-from", "given.weights.h5", "--run", "still", *STILL)
    again = pair.keras()
    again.load_weights(program.folder / "still" / "model" / "model.weights.h5")
    for ours, theirs in zip(weights_of(again), weights_of(model)):
        np.testing.assert_array_equal(ours, theirs)


def test_keras_goes_on_where_fit_ended(program, pair):
    """Keras loads what a run wrote, trains on, and the run goes on with what Keras wrote."""
    run = program.fit(pair.write(program.folder))
    model = pair.keras()
    model.load_weights(run / "model" / "model.weights.h5")
    before = weights_of(model)
    data = pair.data()
    inputs = [data[name] for name in pair.inputs]
    model.compile(optimizer=keras.optimizers.SGD(0.01), loss=["mse"] * len(pair.outputs))
    predicted = model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
    targets = [np.zeros_like(y) for y in (predicted if isinstance(predicted, list) else [predicted])]
    model.fit(inputs if len(inputs) > 1 else inputs[0], targets if len(targets) > 1 else targets[0], epochs=1, verbose=0)
    after = weights_of(model)
    assert any((a != b).any() for a, b in zip(after, before)), "Keras trained nothing"
    model.save_weights(program.folder / "continued.weights.h5")
    program.run("fit", f"{pair.name}.toml", "--init-from", "continued.weights.h5", "--run", "still", *STILL)
    again = pair.keras()
    again.load_weights(program.folder / "still" / "model" / "model.weights.h5")
    for ours, theirs in zip(weights_of(again), after):
        np.testing.assert_array_equal(ours, theirs)


def test_a_new_head_is_asked_for(program):
    pair = PAIRS["dense"]
    pair.keras().save_weights(program.folder / "given.weights.h5")
    recipe = pair.write(program.folder)
    recipe.write_text(recipe.read_text().replace("units = 4", "units = 5"))
    with pytest.raises(AssertionError, match="other shapes"):
        program.run("fit", recipe, "--init-from", "given.weights.h5", "--run", "refused")
    program.run("fit", recipe, "--init-from", "given.weights.h5", "--init-partial", "--run", "taken")
