/* base/context.c - the context: doors to memory and files, CPU, threads, user functions.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/context.h"

#include <pthread.h>
#include <string.h>

#include "base/crew.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/scratch.h"
#include "base/status.h"

enum { MOST_THREADS = 4096 };

static gradus_context default_context;
static gr_crew default_crew; /* which ends with the process, as does */
static gr_scratch default_scratch;
static pthread_once_t default_once = PTHREAD_ONCE_INIT;

static void make_default(void)
{
    const size_t cpus = gr_cpu_threads(); /* reads files: 50 us */
    default_context = (gradus_context){
        .memory = gr_memory_system,
        .files = gr_files_system,
        .threads = cpus,
        .cpus = cpus,
        .cpu = gr_cpu_best(),
        .crew = &default_crew,
        .scratch = &default_scratch,
    };
}

const gradus_context *gr_context_or_default(const gradus_context *context)
{
    if (context != NULL)
        return context;
    pthread_once(&default_once, make_default);
    return &default_context;
}

void gradus_context_defaults(gradus_context_options *options)
{
    *options = (gradus_context_options){0};
}

static int is_whole(const gradus_context_options *options)
{
    const gradus_memory *memory = options->memory;
    const gradus_files *files = options->files;
    return (memory == NULL || (memory->allocate && memory->resize && memory->release)) &&
           (files == NULL ||
            (files->open && files->read && files->write && files->sync && files->close &&
             files->rename && files->remove && files->sync_folder && files->kind));
}

/* A context and what it keeps, one block. */
typedef struct own {
    gradus_context context;
    gr_crew crew;
    gr_scratch scratch;
} own;

gradus_status gradus_context_new(const gradus_context_options *options,
                                 gradus_context **context)
{
    *context = NULL;
    gradus_context_options defaults = {0};
    if (options == NULL)
        options = &defaults;
    gradus_context made = *gr_context_or_default(NULL);
    if (!is_whole(options))
        return gr_fail(GRADUS_ARGUMENT,
                       "context: a function of memory or files is NULL: give all");
    if (options->threads > MOST_THREADS)
        return gr_fail(GRADUS_ARGUMENT, "context: %zu threads: give at most %d",
                       options->threads, MOST_THREADS);
    if (options->cpu != NULL) {
        gradus_status status = gr_cpu_find(options->cpu, &made.cpu);
        if (status != GRADUS_OK)
            return status;
    }
    if (options->memory != NULL)
        made.memory = *options->memory;
    if (options->files != NULL)
        made.files = *options->files;
    if (options->threads > 0)
        made.threads = options->threads;
    made.always_threads = options->always_threads;
    own *block;
    gradus_status status = gr_allocate(&made, 1, sizeof *block, "context", &block);
    if (status != GRADUS_OK)
        return status;
    made.crew = &block->crew;
    made.scratch = &block->scratch;
    block->context = made;
    *context = &block->context;
    return GRADUS_OK;
}

void gradus_context_free(gradus_context *context)
{
    if (context == NULL)
        return;
    gr_crew_free(context->crew);
    gr_scratch_free(context);
    for (size_t i = 0; i < context->activation_count; i++)
        gr_release(context, (char *)context->activations[i].name);
    for (size_t i = 0; i < context->loss_count; i++)
        gr_release(context, (char *)context->losses[i].name);
    gr_release(context, context->activations);
    gr_release(context, context->losses);
    gradus_context copy = *context; /* its own memory functions free it */
    gr_release(&copy, context);
}

size_t gradus_context_threads(const gradus_context *context)
{
    return gr_context_or_default(context)->threads;
}

const char *gradus_context_cpu(const gradus_context *context)
{
    return gr_cpu_name(gr_context_or_default(context)->cpu);
}

/* [a-z][a-z0-9-]*, so that a name is one word of a network description. */
static int is_name(const char *name)
{
    return name[0] >= 'a' && name[0] <= 'z' && strlen(name) < GR_NAME_LENGTH &&
           name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == 0;
}

/* The user's functions of one kind: *items is an array of *count structs of `size` bytes
 * that open with their name. */
typedef struct registry {
    const char *kind;
    void *items;
    size_t *count, size;
} registry;

static const char *name_of(const void *item)
{
    const char *name;
    memcpy(&name, item, sizeof name);
    return name;
}

static gradus_status add(const gradus_context *context, const registry *list,
                         const void *item)
{
    const char *name = name_of(item);
    char *items, *copy = NULL;
    gradus_status status;
    if (!is_name(name))
        return gr_fail(GRADUS_ARGUMENT,
                       "%s \"%s\": not a name: use small letters, digits and -, "
                       "a letter first, fewer than %d in all", list->kind, name,
                       GR_NAME_LENGTH);
    memcpy(&items, list->items, sizeof items);
    for (size_t i = 0; i < *list->count; i++)
        if (strcmp(name_of(items + i * list->size), name) == 0)
            return gr_fail(GRADUS_ARGUMENT,
                           "%s \"%s\": there is one of this name: choose another",
                           list->kind, name);
    GR_TRY(gr_copy_text(context, name, strlen(name), &copy));
    GR_TRY(gr_resize(context, *list->count, *list->count + 1, list->size, list->kind,
                     list->items));
    memcpy(&items, list->items, sizeof items);
    items += *list->count * list->size;
    memcpy(items, item, list->size);
    memcpy(items, &copy, sizeof copy);
    ++*list->count;
    return GRADUS_OK;
done:
    gr_release(context, copy);
    return status;
}

gradus_status gr_context_add_activation(gradus_context *context,
                                        const gradus_activation *activation)
{
    registry list = {"activation", &context->activations, &context->activation_count,
                     sizeof *activation};
    return add(context, &list, activation);
}

gradus_status gr_context_add_loss(gradus_context *context, const gradus_loss *loss)
{
    registry list = {"loss", &context->losses, &context->loss_count, sizeof *loss};
    return add(context, &list, loss);
}
