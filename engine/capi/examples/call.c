/* Carries out any operation: the reply stands on standard output, whatever it is.
 *
 * call OPERATION REQUEST
 */
#include <espice.h>
#include <stdio.h>

int main(int count, char **words) {
    EspiceEngine *engine = NULL;
    char *reply = NULL;
    if (count != 3) {
        fprintf(stderr, "call OPERATION REQUEST\n");
        return 2;
    }
    int32_t status = espice_open(NULL, &engine, &reply);
    if (status == ESPICE_OK) {
        status = espice_call(engine, words[1], words[2], NULL, NULL, NULL, &reply);
    }
    fputs(reply, stdout);
    espice_free(reply);
    espice_close(engine);
    return status;
}
