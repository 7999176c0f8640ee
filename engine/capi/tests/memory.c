/* A fit that is stopped ends at once and gives back what it has taken: once by its handle from
 * another thread, once by what the caller's function of progress says. Prints what it measured.
 * Ends with 0 where that holds, with 77 where the system does not tell how much memory is in use. */
#define _GNU_SOURCE
#include <espice.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

enum { POINTS = 100000, ROUNDS = 6 };

/* Bytes that are allocated and not yet given back; -1 where that is not known. */
static long long in_use(void) {
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
    struct mallinfo2 told = mallinfo2();
    return (long long)(told.uordblks + told.hblkhd);
#else
    return -1;
#endif
}

/* KiB of a process's memory that are in the machine. */
static long resident(void) {
    char line[256];
    long found = -1;
    FILE *status = fopen("/proc/self/status", "r");
    while (status != NULL && found < 0 && fgets(line, sizeof line, status) != NULL) {
        if (sscanf(line, "VmRSS: %ld", &found) != 1) {
            found = -1;
        }
    }
    if (status != NULL) {
        fclose(status);
    }
    return found;
}

static double now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

static void wait_ms(long ms) {
    struct timespec span = {ms / 1000, (ms % 1000) * 1000000};
    nanosleep(&span, NULL);
}

/* Three decays that are hard to tell apart, and so many points that a fit takes minutes. */
static char *long_fit(void) {
    size_t room = (size_t)POINTS * 64 + 4096;
    char *text = malloc(room);
    if (text == NULL) {
        exit(1);
    }
    char *at = text;
    at += sprintf(at,
                  "{\"template\":\"sum.espice\",\"table\":\"t.csv\",\"search\":\"always\","
                  "\"profile\":true,\"files\":{\"sum.espice\":\"template sum {\\n  input x : 1\\n"
                  "  param p1 : 1 = 1.2\\n  param p2 : 1 = 0.3\\n  param p3 : 1 = 5.6\\n"
                  "  param p4 : 1 = 5.5\\n  param p5 : 1 = 6.5\\n  param p6 : 1 = 7.6\\n"
                  "  output y = p1 * exp(-p2 * x) + p3 * exp(-p4 * x) + p5 * exp(-p6 * x)\\n}\\n\","
                  "\"t.csv\":\"x,y");
    unsigned noise = 1;
    for (int k = 0; k < POINTS; k++) {
        double x = 2.0 * k / POINTS;
        noise = noise * 1664525u + 1013904223u;
        at += sprintf(at, "\\n%.6e,%.6e", x, 2.5 / (1 + 3 * x) + 1e-3 * (noise >> 8) / 16777216.0);
    }
    sprintf(at, "\\n\"}}");
    return text;
}

static EspiceEngine *engine = NULL;
static const char *request = NULL;

/* Nothing of the engine may be left in a thread that has ended either. */
static void *call(void *stop) {
    char *reply = NULL;
    int refused =
        espice_call(engine, "model.fit", request, NULL, NULL, stop, &reply) == ESPICE_REFUSED;
    int told = refused && reply != NULL && strstr(reply, "E0557") != NULL;
    if (!told) {
        fprintf(stderr, "the fit was not stopped: %.200s\n", reply == NULL ? "" : reply);
    }
    espice_free(reply);
    return told ? NULL : stop;
}

int main(void) {
    if (in_use() < 0) {
        return 77;
    }
    if (espice_open(NULL, &engine, NULL) != ESPICE_OK) {
        return 1;
    }
    char *text = long_fit();
    request = text;
    int wrong = 0;
    double fastest = 1e9;
    long long first = 0;
    for (int round = 0; round <= ROUNDS; round++) {
        EspiceStop *stop = espice_stop_new();
        long long before = in_use(), most = before;
        long resident_before = resident(), resident_most = resident_before;
        pthread_t thread;
        void *failed = NULL;
        if (pthread_create(&thread, NULL, call, stop) != 0) {
            return 1;
        }
        for (int k = 0; k < 150; k++) {
            wait_ms(10);
            long long used = in_use();
            long held = resident();
            most = used > most ? used : most;
            resident_most = held > resident_most ? held : resident_most;
        }
        double since = now();
        espice_stop(stop);
        pthread_join(thread, &failed);
        double took = now() - since;
        espice_stop_free(stop);
        long long after = in_use();
        printf("stopped after %.0f ms; in use %.1f, at most %.1f, then %.1f MiB; "
               "resident %.1f, at most %.1f, then %.1f MiB\n",
               took * 1e3, before / 1048576.0, most / 1048576.0, after / 1048576.0,
               resident_before / 1024.0, resident_most / 1024.0, resident() / 1024.0);
        wrong |= failed != NULL;
        fastest = took < fastest ? took : fastest;
        if (most - before < 8 << 20) {
            fprintf(stderr, "the fit takes too little memory to tell anything\n");
            wrong = 1;
        }
        /* What the first call makes ready for all later ones stays. */
        if (round == 0) {
            first = after;
        } else if (after - first > 64 << 10) {
            fprintf(stderr, "%lld bytes more are in use than after the first call\n", after - first);
            wrong = 1;
        }
    }
    if (fastest > 0.2) {
        fprintf(stderr, "no call was stopped within 200 ms\n");
        wrong = 1;
    }
    free(text);
    espice_close(engine);
    return wrong;
}
