/* Makes a SPICE model of a measured diode that lies in memory, with progress on standard error,
 * and prints the outcome.
 *
 * bash engine/capi/examples/build
 */
#include <espice.h>
#include <stdio.h>

static int32_t tell(void *user, const char *stage, const char *detail, double share) {
    (void)user;
    fprintf(stderr, "%s %s", stage, detail);
    fprintf(stderr, share < 0 ? "\n" : " %.0f %%\n", 100 * share);
    return 0; /* anything else stops the call */
}

static const char *const request =
    "{ \"sources\": [\"diode.csv\"],"
    "  \"files\": { \"diode.csv\": \"# part: X1\\n# kind: diode\\nVF (V),IF (A)\\n"
    "0.45,4.6e-7\\n0.50,1.7e-6\\n0.55,6.1e-6\\n0.60,2.2e-5\\n0.65,8.1e-5\\n0.70,2.9e-4\\n"
    "0.75,1.05e-3\\n0.80,3.6e-3\\n0.85,1.1e-2\\n0.90,2.9e-2\\n\" } }";

int main(void) {
    EspiceEngine *engine = NULL;
    char *reply = NULL;
    if (espice_open("{}", &engine, &reply) != ESPICE_OK) {
        fprintf(stderr, "%s", reply);
        espice_free(reply);
        return 1;
    }
    int32_t status = espice_call(engine, "model.make", request, tell, NULL, NULL, &reply);
    printf("%s", reply);
    espice_free(reply);
    espice_close(engine);
    return status == ESPICE_OK ? 0 : 1;
}
