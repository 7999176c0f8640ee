/* What the header promises, held by a program that uses it. Ends with 0 where all of it holds. */
#include <espice.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int wrong = 0;

static void check(int holds, const char *what, int line) {
    if (!holds) {
        fprintf(stderr, "line %d: %s\n", line, what);
        wrong = 1;
    }
}
#define CHECK(holds) check((holds), #holds, __LINE__)

static const char *const eval =
    "{ \"card\": \"d.lib\", \"files\": { \"d.lib\": \".model d1 D(IS=1e-14)\\n\" },"
    "  \"at\": [{ \"pin\": \"a\", \"volts\": [0.6] }] }";
static const char *const make =
    "{ \"sources\": [\"diode.csv\"],"
    "  \"files\": { \"diode.csv\": \"# part: X1\\n# kind: diode\\nVF (V),IF (A)\\n"
    "0.45,4.6e-7\\n0.50,1.7e-6\\n0.55,6.1e-6\\n0.60,2.2e-5\\n0.65,8.1e-5\\n0.70,2.9e-4\\n"
    "0.75,1.05e-3\\n0.80,3.6e-3\\n0.85,1.1e-2\\n0.90,2.9e-2\\n\" } }";

static int32_t count(void *user, const char *stage, const char *detail, double share) {
    CHECK(stage[0] != 0 && detail != NULL && (share == -1 || (share >= 0 && share <= 1)));
    *(int *)user += 1;
    return 0;
}

static int32_t stop_at_fit(void *user, const char *stage, const char *detail, double share) {
    (void)detail, (void)share;
    *(int *)user += 1;
    return strcmp(stage, "fit") == 0;
}

static int32_t stop_by_handle(void *user, const char *stage, const char *detail, double share) {
    (void)stage, (void)detail, (void)share;
    espice_stop(user);
    return 0;
}

/* The text between quotes after a key: enough to look into replies of known form. */
static int holds(const char *reply, const char *part) {
    return reply != NULL && strstr(reply, part) != NULL;
}

static EspiceEngine *engine = NULL;

static void *many(void *first) {
    for (int i = 0; i < 5; i++) {
        char *reply = NULL;
        CHECK(espice_call(engine, "model.eval", eval, NULL, NULL, NULL, &reply) == ESPICE_OK);
        CHECK(reply != NULL && strcmp(reply, first) == 0);
        espice_free(reply);
    }
    return NULL;
}

int main(void) {
    char *reply = NULL;
    CHECK(strchr(espice_version(), '.') != NULL);

    CHECK(espice_open("{ \"pack\": 1 }", &engine, &reply) == ESPICE_REFUSED);
    CHECK(engine == NULL && holds(reply, "E1102") && holds(reply, "unknown field `pack`"));
    espice_free(reply);
    CHECK(espice_open("{ \"packs\": [\"no/such/folder\"] }", &engine, &reply) == ESPICE_REFUSED);
    CHECK(engine == NULL && holds(reply, "E1103"));
    espice_free(reply);
    CHECK(espice_open(NULL, NULL, NULL) == ESPICE_NULL);
    CHECK(espice_open("\xff", &engine, NULL) == ESPICE_REFUSED);

    CHECK(espice_open(NULL, &engine, &reply) == ESPICE_OK);
    CHECK(engine != NULL && reply == NULL);
    CHECK(espice_call(engine, NULL, "{}", NULL, NULL, NULL, &reply) == ESPICE_NULL);
    CHECK(espice_call(NULL, "model.eval", eval, NULL, NULL, NULL, &reply) == ESPICE_NULL);
    CHECK(espice_call(engine, "model.evil", eval, NULL, NULL, NULL, &reply) == ESPICE_REFUSED);
    CHECK(holds(reply, "E1101") && holds(reply, "did you mean `model.eval`?"));
    espice_free(reply);
    CHECK(espice_call(engine, "model.eval", "{ \"card\": \"\xff\" }", NULL, NULL, NULL, &reply) ==
          ESPICE_REFUSED);
    CHECK(holds(reply, "E1102"));
    espice_free(reply);
    CHECK(espice_call(engine, "model.eval", eval, NULL, NULL, NULL, NULL) == ESPICE_OK);

    char *first = NULL;
    CHECK(espice_call(engine, "model.eval", eval, NULL, NULL, NULL, &first) == ESPICE_OK);
    CHECK(holds(first, "\"device_type\": \"D\""));
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) {
        CHECK(pthread_create(&threads[i], NULL, many, first) == 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    espice_free(first);

    int steps = 0;
    CHECK(espice_call(engine, "model.make", make, count, &steps, NULL, &reply) == ESPICE_OK);
    CHECK(steps >= 3 && holds(reply, "\"template\": \"junction_diode\""));
    espice_free(reply);
    steps = 0;
    CHECK(espice_call(engine, "model.make", make, stop_at_fit, &steps, NULL, &reply) ==
          ESPICE_REFUSED);
    CHECK(steps == 3 && holds(reply, "E0557"));
    espice_free(reply);

    EspiceStop *stop = espice_stop_new();
    CHECK(espice_call(engine, "model.make", make, stop_by_handle, stop, stop, &reply) ==
          ESPICE_REFUSED);
    CHECK(holds(reply, "E0557"));
    espice_free(reply);
    espice_stop_free(stop);

    CHECK(espice_reload(engine, &reply) == ESPICE_OK);
    CHECK(holds(reply, "\"name\": \"std\""));
    espice_free(reply);
    char *operations = espice_operations();
    CHECK(holds(operations, "\"model.make\"") && holds(operations, "\"sources\""));
    espice_free(operations);

    espice_close(engine);
    espice_close(NULL);
    espice_free(NULL);
    espice_stop(NULL);
    espice_stop_free(NULL);
    return wrong;
}
