/* The espice engine for programs in C and C++.
 *
 * Every function may be called from any thread; one engine serves any number of calls at the same
 * time. Texts are UTF-8 and end with a zero byte. Texts that come out belong to the caller, who
 * gives them back with espice_free. No function unwinds or throws into the caller.
 *
 * Made by cbindgen from engine/capi/src/lib.rs; a test holds it to that.
 */

#ifndef ESPICE_H
#define ESPICE_H



#include <stdint.h>

// The call has a document.
#define ESPICE_OK 0

// The call has none: the reply is `{"error": {"code", "message", "help"}}`.
#define ESPICE_REFUSED 1

// A pointer that must not be null is null; there is no reply.
#define ESPICE_NULL 2

// An engine with its packs.
typedef struct EspiceEngine EspiceEngine;

// Stops calls, from any thread.
typedef struct EspiceStop EspiceStop;

// Told of each step of a call, in turn but on any thread that works for it: a stage such as
// `fit`, what is worked on, and the share done from 0 to 1, or -1 where it is not known. The
// texts live until it returns. Whatever it returns but 0 stops the call. It must not unwind or
// call espice_close.
typedef int32_t (*EspiceProgress)(void *user, const char *stage, const char *detail, double share);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Opens an engine. `options` is null or a JSON object: `packs` (folders), `foundry`, `seed`,
// `threads`, `simulator` (a command such as "ngspice"), `roots` (folders below which files are
// read). Where it is refused the engine is null and `reply`, which may be null, says why.
//
// # Safety
// `options` is null or a text; `engine` points to a place for a pointer; `reply` does so or is
// null.
int32_t espice_open(const char *options, EspiceEngine **engine, char **reply);

// Closes an engine. Null is allowed.
//
// # Safety
// `engine` is null or comes from espice_open, no call on it is under way, and it is not used
// again.
void espice_close(EspiceEngine *engine);

// Carries out an operation such as "model.make" with a request in JSON. `progress`, `user` and
// `stop` may be null. The reply is the document, or what stood in the way.
//
// # Safety
// `engine` comes from espice_open; `operation` and `request` are texts; `stop` is null or comes
// from espice_stop_new and lives until the call returns; `user` may be given to `progress` from
// other threads; `reply` points to a place for a pointer or is null.
int32_t espice_call(const EspiceEngine *engine,
                    const char *operation,
                    const char *request,
                    EspiceProgress progress,
                    void *user,
                    const EspiceStop *stop,
                    char **reply);

// Loads the packs again. They become active as a whole, or where they have mistakes not at all.
// The reply names the packs that are active now, or says what is wrong.
//
// # Safety
// `engine` comes from espice_open; `reply` points to a place for a pointer or is null.
int32_t espice_reload(const EspiceEngine *engine, char **reply);

// The operations with their titles, descriptions and the schemas of requests and documents, as a
// JSON array. Give it back with espice_free.
char *espice_operations(void);

// A handle that stops the calls that it is given to.
EspiceStop *espice_stop_new(void);

// Stops the calls that have this handle, now and later. Null is allowed.
//
// # Safety
// `stop` is null or comes from espice_stop_new.
void espice_stop(const EspiceStop *stop);

// Gives a handle back. Null is allowed.
//
// # Safety
// `stop` is null or comes from espice_stop_new, no call has it, and it is not used again.
void espice_stop_free(EspiceStop *stop);

// Gives a text back that came out of this library. Null is allowed.
//
// # Safety
// `text` is null or came out of this library, and is not used again.
void espice_free(char *text);

// The version of the engine. It lives as long as the program.
const char *espice_version(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* ESPICE_H */
