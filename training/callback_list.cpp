#include "training/callback_list.h"

#include <algorithm>
#include <array>

#include "core/checked.h"
#include "core/read_fields.h"
#include "core/text.h"
#include "models/check_support.h"
#include "models/loss_scale.h"
#include "models/optimizers/optimizer.h"

namespace dltrain::training {

namespace {

constexpr std::array standard = {"History", "Hints", "TensorBoard", "ModelCheckpoint"};

// A ModelCheckpoint with a path of its own writes files beside the checkpoints of the run; it does not replace them.
bool replaces_standard(const Component& component, const char* kind) {
  const Setting* path = component.params.find("filepath");
  return component.kind == kind && (path == nullptr || path->is_none());
}

// The recipe's callbacks and the standard ones beside them.
std::vector<Component> components_of(const models::Spec& spec) {
  std::vector<Component> components = spec.callbacks;
  for (const char* kind : standard) {
    const auto& schemas = callback_registry().schemas();
    const auto schema = std::find_if(schemas.begin(), schemas.end(), [&](const Schema& s) { return s.kind == kind; });
    const bool named = std::any_of(components.begin(), components.end(),
                                   [&](const Component& c) { return replaces_standard(c, kind); });
    if (named || schema == schemas.end()) continue;
    Component component{"callback", kind, {}, {}};
    for (const Field& field : schema->fields) component.params.set(field.name, field.default_value);
    components.push_back(std::move(component));
  }
  return components;
}

void check_monitor(const Callback& callback, const Component& component, const CallbackContext& context,
                   Diagnostics& diagnostics) {
  const std::string monitored = callback.monitored();
  const std::vector<std::string>& values = context.values;
  if (monitored.empty() || std::find(values.begin(), values.end(), monitored) != values.end()) return;
  Diagnostic& d =
      diagnostics.error("unknown-monitor", models::place_of_key(component, "monitor"),
                        "callback \"" + component.kind + "\"", "there is no value " + quote(monitored) + " to monitor");
  suggest(d, monitored, values);
  const bool lacks_validation =
      monitored.starts_with("val_") && std::find(values.begin(), values.end(), "val_loss") == values.end();
  if (!lacks_validation) return;
  const std::string bare = monitored.substr(4);
  const bool known = std::find(values.begin(), values.end(), bare) != values.end();
  d.hint = known ? "no validation measures it" : d.hint;
  const models::TrainSpec& train = context.spec.train;
  const bool too_rarely = context.spec.data.validation && train.validation_freq > train.epochs;
  d.help = (too_rarely ? "make validation_freq " + std::to_string(train.epochs) + " or less"
                       : std::string("add [data.validation] with split = 0.1")) +
           (known ? ", or monitor " + quote(bare) : "");
}

void check_learning_rate(const std::vector<std::pair<const Component*, bool>>& setters, const CallbackContext& context,
                         Diagnostics& diagnostics) {
  const Component* first = nullptr;
  for (const auto& [component, sets] : setters) {
    if (!sets) continue;
    const std::string who = "callback \"" + component->kind + "\"";
    if (first != nullptr) {
      Diagnostic& d = diagnostics.error("two-learning-rates", component->place, who,
                                        "two callbacks set the learning rate: \"" + first->kind + "\" and this one");
      d.notes.push_back({first->place, "the other one stands here"});
      d.help = "leave one of them out";
    }
    if (models::make_optimizer(context.spec.train.optimizer)->learning_rate.component && first == nullptr) {
      diagnostics
          .error("two-learning-rates", component->place, who,
                 "it sets the learning rate, and so does the schedule of the optimizer")
          .help = "give the optimizer a number as learning_rate, or leave the callback out";
    }
    first = component;
  }
}

// The key that a message names, or whose value it does; else the callback.
Place place_of_subject(const Diagnostic& message, const Component& component) {
  for (const Table::Entry& entry : component.params.entries()) {
    if (!entry.key_place.known()) continue;
    const std::string* text = entry.value.text();
    const List* list = entry.value.list();
    if (text == nullptr && list != nullptr && !list->empty()) text = list->front().text();
    const bool named = message.what.find(entry.key) != std::string::npos;
    if (named || (text != nullptr && !text->empty() && message.what.find(*text) != std::string::npos))
      return entry.key_place;
  }
  return component.place;
}

// False, and said at the callback's place, where it cannot work as the recipe has it. What the disk or the system refuses is
// thrown on.
bool prepare(Callback& callback, const Component& component, const CallbackContext& context, Diagnostics& diagnostics) {
  try {
    callback.prepare(context);
    return true;
  } catch (const UserError& error) {
    std::vector<Diagnostic> said = error.diagnostics();
    for (Diagnostic& each : said) {
      if (!each.place.known()) each.place = place_of_subject(each, component);
    }
    if (error.code() != ExitCode::recipe) throw UserError(error.code(), std::move(said));
    diagnostics.add(said);
    return false;
  }
}

}  // namespace

void register_all(CallbackRegistry& registry);

const CallbackRegistry& callback_registry() {
  static const CallbackRegistry registry = [] {
    CallbackRegistry made("callback");
    register_all(made);
    return made;
  }();
  return registry;
}

CallbackList::CallbackList(const CallbackContext& context) {
  Diagnostics diagnostics;
  const std::vector<Component> components = components_of(context.spec);
  std::vector<std::pair<const Component*, bool>> setters;
  for (const Component& component : components) {
    const auto same = std::count_if(callbacks_.begin(), callbacks_.end(),
                                    [&](const Named& n) { return split(n.name, '.').front() == component.kind; });
    callbacks_.push_back(
        {component.kind + (same > 0 ? "." + std::to_string(same) : ""), callback_registry().make(component)});
    Callback& callback = *callbacks_.back().callback;
    if (!prepare(callback, component, context, diagnostics)) continue;
    check_monitor(callback, component, context, diagnostics);
    setters.emplace_back(&component, callback.sets_learning_rate());
  }
  check_learning_rate(setters, context, diagnostics);
  diagnostics.throw_if_errors(ExitCode::recipe);
}

void CallbackList::leave_out_records() {
  std::erase_if(callbacks_, [](const Named& named) { return named.callback->only_records(); });
}

void CallbackList::open() {
  for (const Named& named : callbacks_) named.callback->open();
}

Wishes CallbackList::emit(const Event& event) {
  Wishes wishes;
  for (const Named& named : callbacks_) named.callback->on(event, wishes);
  for (const auto& [name, callback] : kept_) callback->on(event, wishes);
  for (Callback* observer : observers_) observer->on(event, wishes);
  return wishes;
}

Table CallbackList::states() {
  Table states;
  for (const Named& named : callbacks_) states.set(named.name, named.callback->state());
  for (const auto& [name, callback] : kept_) states.set(name, callback->state());
  return states;
}

void CallbackList::restore(const Table& states) {
  const auto restore_one = [&](const std::string& name, Callback& callback) {
    const Setting* state = states.find(name);
    if (state != nullptr && state->table() != nullptr) callback.restore(*state->table());
  };
  for (const Named& named : callbacks_) restore_one(named.name, *named.callback);
  for (const auto& [name, callback] : kept_) restore_one(name, *callback);
}

std::vector<std::string> CallbackList::files() const {
  std::vector<std::string> files;
  for (const Named& named : callbacks_) {
    const std::vector<std::string> more = named.callback->files();
    files.insert(files.end(), more.begin(), more.end());
  }
  return files;
}

Retention CallbackList::keeps() const {
  std::optional<Retention> most;
  for (const Named& named : callbacks_) {
    const std::optional<Retention> keeps = named.callback->keeps();
    if (keeps && (!most || keeps->last + keeps->best > most->last + most->best)) most = keeps;
  }
  return most.value_or(Retention());
}

int64_t CallbackList::log_bytes(const models::Program& program) {
  int64_t bytes = 0;
  for (const Named& named : callbacks_) bytes = checked_add(bytes, named.callback->log_bytes(program));
  return bytes;
}

bool validates(const models::TrainSpec& train, int64_t validation_samples) {
  return validation_samples > 0 && train.validation_freq <= train.epochs;
}

std::vector<std::string> value_names(const std::vector<std::string>& tracked, bool validation) {
  std::vector<std::string> names = tracked;
  for (const std::string& name : tracked) {
    const bool is_scale = name == models::value_name::loss_scale || name == models::value_name::skipped_steps;
    if (validation && !is_scale) names.push_back("val_" + name);
  }
  return names;
}

}  // namespace dltrain::training
