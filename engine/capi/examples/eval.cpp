// Values of a card at biases, from several threads, with handles that free themselves.
//
// bash engine/capi/examples/build
#include <espice.h>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

class Engine {
  public:
    Engine() {
        EspiceEngine *made = nullptr;
        char *why = nullptr;
        if (espice_open(nullptr, &made, &why) != ESPICE_OK) {
            throw std::runtime_error(taken(why));
        }
        engine.reset(made);
    }

    std::string call(const std::string &operation, const std::string &request) const {
        char *reply = nullptr;
        const auto status = espice_call(engine.get(), operation.c_str(), request.c_str(), nullptr,
                                        nullptr, nullptr, &reply);
        const std::string text = taken(reply);
        if (status != ESPICE_OK) {
            throw std::runtime_error(text);
        }
        return text;
    }

  private:
    struct Close {
        void operator()(EspiceEngine *engine) const { espice_close(engine); }
    };

    static std::string taken(char *text) {
        const std::unique_ptr<char, void (*)(char *)> owned(text, espice_free);
        return text == nullptr ? std::string() : std::string(text);
    }

    std::unique_ptr<EspiceEngine, Close> engine;
};

int main() {
    const Engine engine;
    const std::string request =
        R"({ "card": "d.lib", "files": { "d.lib": ".model d1 D(IS=1e-14 N=1.2 RS=0.5)\n" },)"
        R"( "at": [{ "pin": "a", "volts": [0.5, 0.6, 0.7] }], "also": ["conductances"] })";
    std::vector<std::string> replies(4);
    std::vector<std::thread> threads;
    for (auto &reply : replies) {
        threads.emplace_back([&] { reply = engine.call("model.eval", request); });
    }
    for (auto &thread : threads) {
        thread.join();
    }
    for (const auto &reply : replies) {
        if (reply != replies.front()) {
            std::cerr << "threads disagree\n";
            return 1;
        }
    }
    std::cout << replies.front();
    return 0;
}
