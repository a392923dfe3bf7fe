// What can be known before the first batch is said before the first batch: no event of a run has been told (the first of
// them is that it starts), nothing is trained or saved; with the exit code that tells whose mistake it is, and a message
// that names place and cause (P6). How long that takes is the machine's business.
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "core/text.h"
#include "formats/npy/npz.h"
#include "tests/faults/runs.h"
#include "training/checkpoint/store.h"

namespace dltrain::test {

namespace {

constexpr const char* recipe = R"(seed = 3
[data]
type = "npz"
file = "mlp.npz"
[data.validation]
split = 0.25
[model]
layers = [
  { name = "hidden", type = "Dense", units = 8, activation = "relu" },
  { name = "scores", type = "Dense", units = 3, activation = "softmax" },
]
[train]
epochs = 3
batch_size = 8
loss = "sparse_categorical_crossentropy"
metrics = ["accuracy"]
[run]
threads = 1
)";

struct Mistake {
  const char* name;
  const char* before;  // of the shell, in the folder of the recipe
  std::vector<std::string> words;  // behind `dltrain fit recipe.toml --run run`
  int code;
  const char* said;
};

std::vector<std::string> set(const std::string& change) { return {"--set", change}; }
std::vector<std::string> callback(const std::string& text) { return {"--set", "callbacks=[{" + text + "}]"}; }

std::vector<Mistake> in_recipes() {
  return {
      {"a recipe that is not there", "rm recipe.toml", {}, 2, "recipe.toml"},
      {"a folder as recipe", "rm recipe.toml; mkdir recipe.toml", {}, 2, "recipe.toml"},
      {"no TOML", "echo '[data' >> recipe.toml", {}, 2, "recipe.toml:"},
      {"an unknown section", "echo '[trian]' >> recipe.toml", {}, 2, "trian"},
      {"an unknown key", "", set("train.epoch=3"), 2, "epochs"},
      {"no epochs", "", set("train.epochs=0"), 2, "epochs"},
      {"a text for a number", "", set("train.batch_size=\"many\""), 2, "batch_size"},
      {"an unknown layer", "", set("layers.hidden.type=\"Dens\""), 2, "Dense"},
      {"an unknown activation", "", set("layers.hidden.activation=\"rely\""), 2, "relu"},
      {"an unknown initializer", "", set("layers.hidden.kernel_initializer=\"GlorotUnifrom\""), 2, "GlorotUniform"},
      {"an unknown loss", "", set("train.loss=\"crossentropie\""), 2, "crossentropie"},
      {"an unknown metric", "", set("train.metrics=[\"acuracy\"]"), 2, "accuracy"},
      {"an unknown optimizer", "", set("train.optimizer=\"Adan\""), 2, "Adam"},
      {"a negative learning rate", "", set("train.optimizer={type=\"SGD\", learning_rate=-1.0}"), 2, "learning_rate"},
      {"an unknown schedule", "", set("train.optimizer={type=\"SGD\", learning_rate={type=\"Cosine\"}}"), 2, "Cosine"},
      {"a layer to freeze that is not there", "", set("train.freeze=[\"hiden\"]"), 2, "hiden"},
      {"a weight of a class that is not there", "", set("train.class_weight={7=2.0}"), 2, "class_weight"},
      {"a device that is not there", "", {"--device", "cuda:9"}, 8, "cuda"},
      {"an unknown device", "", {"--device", "cpuu"}, 2, "cpuu"},
      {"a precision that the device lacks", "", set("run.precision=\"mixed_float17\""), 2, "precision"},
      {"too many threads", "", set("run.threads=100000"), 2, "threads"},
  };
}

std::vector<Mistake> in_models() {
  return {
      {"fewer scores than classes", "", set("layers.scores.units=2"), 2, "3"},
      {"a loss for numbers of classes on numbers", "", set("data.y=\"x\""), 2, "sparse_categorical_crossentropy"},
      {"a convolution of a vector", "",
       set("layers.hidden={name=\"hidden\", type=\"Conv2D\", filters=2, kernel_size=3}"), 2, "Conv2D"},
      {"a kernel larger than its image",
       "",
       {"--set", "data.file=\"cnn.npz\"", "--set",
        "model.layers=[{type=\"Conv2D\", filters=2, kernel_size=9}, \"Flatten\", {type=\"Dense\", units=3}]"},
       2,
       "Conv2D"},
      {"no Flatten before the last layer", "", set("data.file=\"cnn.npz\""), 2, "Flatten"},
      {"a shape that does not hold the numbers", "",
       set("model.layers=[{type=\"Reshape\", target_shape=[4, 4]}, \"Flatten\", {type=\"Dense\", units=3}]"), 2,
       "Reshape"},
      {"inputs that cannot be joined", "",
       set("model.layers=[{name=\"a\", type=\"Dense\", units=4}, {name=\"b\", type=\"Dense\", units=5}, {type=\"Add\", "
           "inputs=[\"a\", \"b\"]}]"),
       2, "Add"},
      {"another input than the data has", "", set("model.inputs={input={shape=[7]}}"), 2, "[7]"},
      {"a layer of too many numbers", "", set("layers.hidden.units=4000000000"), 7, "memory"},
      {"layers that together take more memory than there is", "",
       set("model.layers=[{type=\"Dense\", units=26000}, {type=\"Dense\", units=26000}, {type=\"Dense\", units=26000}, "
           "{type=\"Dense\", units=3, activation=\"softmax\"}]"),
       7, "memory"},
      {"weights that are not there", "", {"--init-from", "none.weights.h5"}, 4, "none.weights.h5"},
      {"weights that are none", "echo text > bad.weights.h5", {"--init-from", "bad.weights.h5"}, 4, "bad.weights.h5"},
      {"weights of another model",
       "dltrain -q fit recipe.toml --run other --epochs 1 --set layers.hidden.units=5",
       {"--init-from", "other"},
       4,
       "hidden"},
      {"weights in the recipe that are not there", "", set("model.weights=\"none.weights.h5\""), 4, "none.weights.h5"},
  };
}

std::vector<Mistake> in_data() {
  return {
      {"data that is not there", "rm mlp.npz", {}, 3, "mlp.npz"},
      {"a folder as data", "rm mlp.npz; mkdir mlp.npz", {}, 3, "mlp.npz"},
      {"data that is cut off", "head -c 700 mlp.npz > x; mv x mlp.npz", {}, 3, "mlp.npz"},
      {"data that is no archive", "echo text > mlp.npz", {}, 3, "mlp.npz"},
      {"an array that is not there", "", set("data.x=\"pixels\""), 3, "pixels"},
      {"a source that is not there", "", set("data={type=\"npzz\", file=\"mlp.npz\"}"), 2, "npz"},
      {"a column that is not there", "printf 'a,b\\n1,0\\n2,1\\n' > t.csv",
       set("data={type=\"csv\", file=\"t.csv\", target=\"c\"}"), 2, "c"},
      {"a line of too many cells", "printf 'a,b\\n1,0\\n2,1,5\\n' > t.csv",
       set("data={type=\"csv\", file=\"t.csv\", target=\"b\"}"), 3, "t.csv"},
      {"a text among numbers", "(echo a,b; for i in 1 2 3 4 5 6 7 8; do echo $i,0; done; echo two,1) > t.csv",
       set("data={type=\"csv\", file=\"t.csv\", target=\"b\", columns={a=\"number\"}}"), 2, "columns"},
      {"a folder without images",
       "mkdir -p pictures/a pictures/b",
       {"--set", "data={type=\"images\", directory=\"pictures\"}"},
       3,
       "pictures"},
      {"an image that is none",
       "mkdir -p pictures/a pictures/b; echo x > pictures/a/1.png; echo y > pictures/b/1.png",
       {"--set", "data={type=\"images\", directory=\"pictures\"}"},
       3,
       "1.png"},
      {"an IDX file that is cut off",
       "printf '\\0\\0\\10\\3\\0\\0\\0\\11\\0\\0' > i; printf '\\0\\0\\10\\1\\0\\0\\0\\11' > l",
       set("data={type=\"idx\", images=\"i\", labels=\"l\"}"), 3, "i"},
      {"no full batch", "", {"--set", "train.batch_size=1000", "--set", "train.drop_last=true"}, 2, "drop_last"},
      {"a part of nothing for validation", "", set("data.validation.split=0.001"), 2, "validation"},
      {"numbers that an Embedding does not have", "",
       set("model.layers=[{type=\"Embedding\", input_dim=1, output_dim=2}, \"Flatten\", {type=\"Dense\", units=3}]"), 3,
       "Embedding"},
  };
}

std::vector<Mistake> in_callbacks() {
  return {
      {"an unknown callback", "", set("callbacks=[\"EarlyStoping\"]"), 2, "EarlyStopping"},
      {"EarlyStopping of nothing", "", callback("type=\"EarlyStopping\", monitor=\"val_acc\""), 2, "val_acc"},
      {"ModelCheckpoint of nothing", "", callback("type=\"ModelCheckpoint\", monitor=\"acc\""), 2, "acc"},
      {"ReduceLROnPlateau of nothing", "", callback("type=\"ReduceLROnPlateau\", monitor=\"los\""), 2, "los"},
      {"two that set the learning rate", "",
       set("callbacks=[{type=\"ReduceLROnPlateau\"}, {type=\"LearningRateScheduler\", schedule={1=0.1}}]"), 2,
       "learning rate"},
      {"averages that nobody keeps", "", callback("type=\"SwapEMAWeights\""), 2, "use_ema"},
      {"a time that is none", "", callback("type=\"Timer\", max_time=\"soon\""), 2, "max_time"},
      {"a command that is not there", "", callback("type=\"Command\", command=[\"no-such-program\"]"), 2,
       "no-such-program"},
      {"a command that may not be run", "echo true > run.sh", callback("type=\"Command\", command=[\"./run.sh\"]"), 2,
       "run.sh"},
      {"a folder as command", "mkdir tool", callback("type=\"Command\", command=[\"./tool\"]"), 2, "tool"},
      {"a folder as CSV file", "mkdir log", callback("type=\"CSVLogger\", filename=\"../log\""), 5, "log"},
      {"a CSV file below a file", "echo > log", callback("type=\"CSVLogger\", filename=\"../log/a.csv\""), 5, "log"},
      {"event files below a file", "echo > log", callback("type=\"TensorBoard\", log_dir=\"log/events\""), 5, "log"},
      {"weights of an unknown value", "", callback("type=\"ModelCheckpoint\", filepath=\"w-{val_acc:.2f}.weights.h5\""),
       2, "val_acc"},
      {"weights outside of the run", "", callback("type=\"ModelCheckpoint\", filepath=\"../w.weights.h5\""), 2,
       "inside"},
      {"weights below a file", "mkdir run; echo > run/w",
       callback("type=\"ModelCheckpoint\", filepath=\"w/{epoch}.weights.h5\""), 5, "w"},
      {"a folder in the place of weights", "mkdir -p run/w.weights.h5",
       callback("type=\"ModelCheckpoint\", filepath=\"w.weights.h5\""), 5, "w.weights.h5"},
  };
}

std::vector<Mistake> in_places() {
  return {
      {"a file where the run should be", "echo > run", {}, 5, "run"},
      {"a run below a file", "echo > file", {"--run", "file/run"}, 5, "file"},
      {"a file where checkpoints should be", "mkdir run; echo > run/checkpoints", {}, 5, "checkpoints"},
      {"a file where the model should be", "mkdir run; echo > run/model", {}, 5, "model"},
      {"a file where events should be", "mkdir run; echo > run/events", {}, 5, "events"},
      {"a file where failures should be", "mkdir run; echo > run/failures", {}, 5, "failures"},
      {"a folder where the history should be", "mkdir -p run/history.csv", {}, 5, "history.csv"},
      {"a run that is there already",
       "dltrain -q fit recipe.toml --run run --epochs 1 >/dev/null; rm -r run/history.csv "
       "run/checkpoints",
       {},
       5,
       "run"},
      {"runs below a file", "echo > runs", {"--run", ""}, 5, "runs"},
  };
}

// Nothing of a run has happened.
void check_that_nothing_was_done(const std::string& run) {
  const std::string history = run + "/history.csv";
  if (exists(history) && !is_directory(history)) CHECK(read_text(history, ExitCode::io).empty());
  if (is_directory(run + "/checkpoints")) CHECK(training::list_checkpoints(run).empty());
}

// In a folder with the recipe and its data.
class Desk {
 public:
  Desk() : place_(run_case("mlp-adam")) { write_file_durably(place_.file("recipe.toml"), recipe); }
  void prepare(const std::string& command) const {
    if (!command.empty()) CHECK(Process({"sh", "-c", command}, place_.path()).wait().code == 0);
  }
  const RunPlace& place() const { return place_; }

 private:
  RunPlace place_;
};

// `ended` has run with --json.
void check_ended(const Ended& ended, const Mistake& mistake, const std::string& run) {
  INFO(mistake.name << ": exit code " << ended.code << ": " << ended.err << ended.out);
  CHECK(ended.code == mistake.code);
  CHECK(ended.err.find("error") != std::string::npos);
  CHECK(join(split(ended.err, '\n'), "").find(mistake.said) != std::string::npos);
  CHECK(ended.out.find("\"event\"") == std::string::npos);
  check_that_nothing_was_done(run);
}

void check(const Mistake& mistake) {
  const Desk desk;
  desk.prepare(mistake.before);
  std::vector<std::string> words = {program_path(), "--json", "fit", "recipe.toml"};
  if (mistake.words.empty() || mistake.words[0] != "--run") words.insert(words.end(), {"--run", "run"});
  words.insert(words.end(), mistake.words.begin(), mistake.words.end());
  check_ended(Process(words, desk.place().path()).wait(), mistake, desk.place().run());
}

void check_all(const std::vector<Mistake>& mistakes) {
  for (const Mistake& mistake : mistakes) check(mistake);
  tally("P6: mistakes found before the first batch", static_cast<int64_t>(mistakes.size()));
}

// A command line of the shell as another user than root, who may do everything; in a namespace of its own where it
// mounts.
void check_as_user(const char* name, const std::string& before, const std::string& fit, int code, const char* said) {
  const Desk desk;
  ::chmod(desk.place().path().c_str(), 0777);
  const bool is_root = ::getuid() == 0;
  const std::string user = is_root ? "setpriv --reuid 65534 --regid 65534 --clear-groups " : "";
  if (is_root && Process({"sh", "-c", user + program_path() + " --version"}, desk.place().path()).wait().code != 0)
    SKIP("another user cannot run the program here");
  desk.prepare(before);
  const Ended ended =
      Process({"sh", "-c", user + program_path() + " --json fit recipe.toml " + fit}, desk.place().path()).wait();
  check_ended(ended, {name, "", {}, code, said}, desk.place().run());
}

}  // namespace

TEST_CASE("a run that nothing is wrong with tells events") {
  const Desk desk;
  const Ended ended =
      Process({program_path(), "--json", "fit", "recipe.toml", "--run", "run"}, desk.place().path()).wait();
  CHECK(ended.code == 0);
  CHECK(ended.out.starts_with("{\"event\": \"run_started\""));
}

TEST_CASE("mistakes in recipes are found before the first batch") { check_all(in_recipes()); }
TEST_CASE("models that cannot work are found before the first batch") { check_all(in_models()); }
TEST_CASE("data that is wrong is found before the first batch") { check_all(in_data()); }
TEST_CASE("callbacks that cannot work are found before the first batch") { check_all(in_callbacks()); }
TEST_CASE("places that cannot be written are found before the first batch") { check_all(in_places()); }

TEST_CASE("folders that may not be written are found before the first batch") {
  const std::string csv = "--set 'callbacks=[{type=\"CSVLogger\", filename=\"../shut/a.csv\"}]'";
  const std::string events = "--set 'callbacks=[{type=\"TensorBoard\", log_dir=\"shut/events\"}]'";
  check_as_user("a run below a folder that is shut", "mkdir shut; chmod 555 shut", "--run shut/run", 5, "shut");
  check_as_user("runs below a folder that is shut", "mkdir runs; chmod 555 runs", "", 5, "runs");
  check_as_user("a CSV file in a folder that is shut", "mkdir shut; chmod 555 shut", "--run run " + csv, 5, "shut");
  check_as_user("event files in a folder that is shut", "mkdir shut; chmod 555 shut", "--run run " + events, 5, "shut");
  check_as_user("a model folder that is shut", "mkdir -p run/model; chmod 777 run; chmod 555 run/model", "--run run", 5,
                "model");
  check_as_user("checkpoints in a folder that is shut",
                "mkdir -p run/checkpoints; chmod 777 run; chmod 555 run/checkpoints", "--run run", 5, "checkpoints");
  check_as_user("data that may not be read", "chmod 000 mlp.npz", "--run run", 3, "mlp.npz");
  tally("P6: mistakes found before the first batch", 7);
}

TEST_CASE("a disk without room is found before the first batch") {
  const Desk desk;
  const std::string mount = "mkdir -p disk && unshare -m sh -c 'mount -t tmpfs -o size=";
  if (Process({"sh", "-c", mount + "1m tmpfs disk'"}, desk.place().path()).wait().code != 0)
    SKIP("mounting is not allowed here");
  for (const char* size : {"8k", "40k", "300k"}) {
    const Ended ended = Process({"sh", "-c",
                                 mount + size + " tmpfs disk && " + program_path() +
                                     " --json fit recipe.toml --run disk/run --set layers.hidden.units=5000'"},
                                desk.place().path())
                            .wait();
    check_ended(ended, {size, "", {}, 5, "disk/run"}, desk.place().file("disk/run"));
  }
  tally("P6: mistakes found before the first batch", 3);
}

TEST_CASE("a run that goes on is checked before its first batch") {
  const std::vector<Mistake> mistakes = {
      {"a model that no longer fits", "", set("layers.hidden.units=9"), 4, "hidden"},
      {"data that is gone", "rm mlp.npz", {}, 3, "mlp.npz"},
      {"an optimizer of other states", "", set("train.optimizer={type=\"SGD\", momentum=0.9}"), 4, "optimizer"},
      {"a monitor that is not there", "", callback("type=\"EarlyStopping\", monitor=\"val_acc\""), 2, "val_acc"},
      {"a run without a record", "rm run/run.json", {}, 4, "run"},
  };
  for (const Mistake& mistake : mistakes) {
    const Desk desk;
    desk.prepare("dltrain -q fit recipe.toml --run run --epochs 1 > /dev/null; cp run/history.csv before.csv");
    desk.prepare(mistake.before);
    std::vector<std::string> words = {program_path(), "--json", "resume", "run", "--epochs", "3"};
    words.insert(words.end(), mistake.words.begin(), mistake.words.end());
    const Ended ended = Process(words, desk.place().path()).wait();
    INFO(mistake.name << ": exit code " << ended.code << ": " << ended.err << ended.out);
    CHECK(ended.code == mistake.code);
    CHECK(ended.out.find("\"event\"") == std::string::npos);
    CHECK(join(split(ended.err, '\n'), "").find(mistake.said) != std::string::npos);
    CHECK(read_text(desk.place().file("before.csv"), ExitCode::io) ==
          read_text(desk.place().run() + "/history.csv", ExitCode::io));
  }
  tally("P6: mistakes found before the first batch", static_cast<int64_t>(mistakes.size()));
}

}  // namespace dltrain::test
