// BackupAndRestore: needs no naming here. It is known so that a recipe that names it hears that.
#include "training/callback.h"

namespace dltrain::training {

namespace {

struct BackupAndRestore : Callback {
  static constexpr auto kind = "BackupAndRestore";

  static void describe(auto& d) {
    d.doc(
        "Always on: every run keeps checkpoints, and `dltrain resume RUN` goes on from the newest. ModelCheckpoint "
        "says when "
        "they are made and which stay.");
  }

  void on(const Event& event, Wishes& wishes) override {
    const auto* started = std::get_if<EpochStarted>(&event);
    if (started == nullptr || started->epoch != 1) return;
    wishes.notices.emplace_back("BackupAndRestore is always on: dltrain resume goes on with a run; leave it out");
  }
};

}  // namespace

void register_backup_and_restore(CallbackRegistry& registry) { registry.add<BackupAndRestore>(); }

}  // namespace dltrain::training
