/*
 * gradus.h - feed-forward neural networks, trained by backpropagation
 *
 * Read this file from top to bottom: sections come in the order you need them.
 *
 *   1 status     what every call returns        5 train     fit a net to arrays
 *   2 context    memory, files, threads, CPU    6 trainer   from a table to a model
 *   3 data       tables of examples             7 model     save, load, predict, evaluate
 *   4 net        layers and parameters          8 theory    look at what a net does
 *                                               9 approximate  build a net for a function
 *
 * Rules that hold for every function unless its own comment says otherwise:
 *
 *   Arrays    row-major, [rows][columns]; sizes count elements, not bytes. `void *`
 *             arrays hold float or double, as gradus_net_precision() says.
 *   Options   a struct is filled by its *_defaults() first; then set what you want.
 *             Its strings are borrowed for the length of the call that takes it.
 *   Pointers  NULL is a caller error that is not checked, except for *_free(NULL), which
 *             does nothing, and a NULL context, which is the default one (malloc, the
 *             system's files, every CPU).
 *   Memory    what *_new, *_read or *_load gives you, you give to *_free. Anything
 *             else you receive is borrowed: valid until its owner changes or goes.
 *   Failure   a status other than GRADUS_OK; outputs are NULL or untouched, and
 *             gradus_error() says where, what, and what to do.
 *   Threads   two threads may use two objects; one object, one writer at a time.
 *             A context, a net, a data table and a model may be read by many.
 *   Numbers   equal inputs, settings and seed give equal bits, for any number of
 *             threads, any instruction set, any compiler (docs/design/numbers.md).
 *   Output    the library never prints, exits, aborts or changes the locale. Its messages
 *             name settings as the command's flags do: "--holdout" is options.holdout.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GRADUS_H
#define GRADUS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GRADUS_VERSION "0.1.0"

#if defined(__GNUC__)
#define GRADUS_API __attribute__((visibility("default")))
#define GRADUS_CHECKED __attribute__((warn_unused_result))
#define GRADUS_FORMAT(text, first) __attribute__((format(printf, text, first)))
#else
#define GRADUS_API
#define GRADUS_CHECKED
#define GRADUS_FORMAT(text, first)
#endif

/* ---- 1 status -------------------------------------------------------------------- */

/* name, exit code of the command, text */
#define GRADUS_STATUS_LIST(X)                                     \
    X(OK,       0,   "success")                                   \
    X(NO,       1,   "the answer is no")                          \
    X(ARGUMENT, 2,   "invalid argument")                          \
    X(DATA,     3,   "malformed input data")                      \
    X(MODEL,    4,   "malformed or newer model file")             \
    X(IO,       5,   "file could not be read or written")         \
    X(MEMORY,   6,   "out of memory")                             \
    X(DIVERGED, 7,   "training diverged")                         \
    X(STOPPED,  130, "stopped on request")

typedef enum gradus_status {
#define GRADUS_STATUS_ENUM(name, code, text) GRADUS_##name,
    GRADUS_STATUS_LIST(GRADUS_STATUS_ENUM)
#undef GRADUS_STATUS_ENUM
} gradus_status;

/* The last failure of this thread, "where: what: what to do"; "" when there was none. */
GRADUS_API const char *gradus_error(void);

/* Sets that text, of at most 1023 bytes, for a callback that fails, and returns `status`.
 * Bytes that could move a terminal are escaped. */
GRADUS_API gradus_status gradus_error_set(gradus_status status, const char *format, ...)
    GRADUS_FORMAT(2, 3);

/* The text and the command's exit code of a status. */
GRADUS_API const char *gradus_status_text(gradus_status status);
GRADUS_API int gradus_status_exit_code(gradus_status status);

/* Version of the library that runs (the header's is GRADUS_VERSION). */
GRADUS_API const char *gradus_version(void);

/* ---- 2 context ------------------------------------------------------------------- */

/* Where memory comes from. Functions may return NULL; `release` may get NULL. One call of
 * the library calls them one at a time, though not always from the thread that made it. What
 * one call allocated, a later one or gradus_context_free() may release. */
typedef struct gradus_memory {
    void *(*allocate)(size_t bytes, void *user);
    void *(*resize)(void *block, size_t bytes, void *user);
    void (*release)(void *block, void *user);
    void *user;
} gradus_memory;

typedef enum gradus_file_kind {
    GRADUS_FILE_MISSING,
    GRADUS_FILE_REGULAR,
    GRADUS_FILE_FOLDER,
    GRADUS_FILE_OTHER /* device, pipe, socket: written in place, never renamed over */
} gradus_file_kind;

typedef enum gradus_file_mode {
    GRADUS_FILE_READ,
    GRADUS_FILE_WRITE, /* an existing file or device, from its start */
    GRADUS_FILE_CREATE /* a new file; fails where one exists */
} gradus_file_mode;

/*
 * How files are reached. Every function returns a value >= 0, or minus an errno code.
 * The path "-" is standard input when reading and standard output when writing.
 */
typedef struct gradus_files {
    int (*open)(const char *path, gradus_file_mode mode, void *user); /* a handle */
    int64_t (*read)(int handle, void *bytes, size_t count, void *user);
    int64_t (*write)(int handle, const void *bytes, size_t count, void *user);
    int (*sync)(int handle, void *user);
    int (*close)(int handle, void *user);
    int (*rename)(const char *from, const char *to, void *user);
    int (*remove)(const char *path, void *user);
    int (*sync_folder)(const char *path_of_a_file_in_it, void *user);
    int (*kind)(const char *path, void *user); /* a gradus_file_kind */
    void *user;
} gradus_files;

/* Fills in the operating system's functions, so that some can be replaced; they take no
 * `user`. */
GRADUS_API void gradus_files_defaults(gradus_files *files);

typedef struct gradus_context_options {
    const gradus_memory *memory; /* NULL: malloc, realloc, free                        */
    const gradus_files *files;   /* NULL: the operating system's                       */
    size_t threads;              /* 0: what affinity mask and cgroup quota allow       */
    int always_threads;          /* 1: use them also where they do not pay, as a test  */
                                 /* of equal bits must                                 */
    const char *cpu;             /* NULL: the best this CPU has, or "ref", "avx2",     */
                                 /* "avx512"                                           */
} gradus_context_options;

typedef struct gradus_context gradus_context;

GRADUS_API void gradus_context_defaults(gradus_context_options *options);

/* Errors   ARGUMENT when this CPU lacks `cpu` or its name is unknown; MEMORY. */
GRADUS_API GRADUS_CHECKED gradus_status gradus_context_new(
    const gradus_context_options *options, /* NULL: defaults                            */
    gradus_context **context);
GRADUS_API void gradus_context_free(gradus_context *context);

GRADUS_API size_t gradus_context_threads(const gradus_context *context);
GRADUS_API const char *gradus_context_cpu(const gradus_context *context);

/*
 * Memory from a context, for libraries that stand on this one, as libgradus_proof does:
 * `count` elements of `size` bytes, all zero, aligned to 64 bytes; *block is NULL, or
 * stands as it was when resized, on failure. `what` is named in the message.
 *
 * Errors   MEMORY.
 */
GRADUS_API GRADUS_CHECKED gradus_status gradus_memory_allocate(
    const gradus_context *context, size_t count, size_t size, const char *what,
    void *block);               /* the address of a pointer                             */
GRADUS_API GRADUS_CHECKED gradus_status gradus_memory_resize(
    const gradus_context *context, size_t old_count, size_t count, size_t size,
    const char *what, void *block);
GRADUS_API void gradus_memory_release(const gradus_context *context, void *block); /* or NULL */

/*
 * What this machine can do at most: floating-point operations per second of fused
 * multiply-adds in registers (two each), by the context's threads together, at most one a
 * CPU, with the best instructions the CPU has. The measuring stick of "gradus bench".
 *
 * Errors   MEMORY.     Cost   about 2 ms.
 */
GRADUS_API GRADUS_CHECKED gradus_status gradus_peak(
    const gradus_context *context, int float64, double *flops);

/*
 * An activation of your own. From then on its name may be used in network descriptions
 * made with this context. It is called once per element, in double, from many threads.
 *
 *     a = value(z)         da/dz = slope(z)
 */
typedef struct gradus_activation {
    const char *name; /* [a-z][a-z0-9-]*, at most 31 letters, not one of the library's  */
    double (*value)(double z, void *user);
    double (*slope)(double z, void *user);
    void *user;
} gradus_activation;

/*
 * A loss of your own, for one example. Returns its value, and fills gradient[j] with
 * the derivative with respect to output[j]. `target` has as many elements as `output`.
 */
typedef struct gradus_loss {
    const char *name;
    double (*value)(const double *output, const double *target, size_t outputs,
                    double *gradient, void *user);
    void *user;
} gradus_loss;

/* Errors   ARGUMENT for a malformed or taken name; MEMORY. Call before sharing it. */
GRADUS_API GRADUS_CHECKED gradus_status gradus_context_add_activation(
    gradus_context *context, const gradus_activation *activation);
GRADUS_API GRADUS_CHECKED gradus_status gradus_context_add_loss(
    gradus_context *context, const gradus_loss *loss);

/*
 * Names in the library's lists, for help texts and completion: index 0, 1, ...; NULL
 * past the end.
 */
GRADUS_API const char *gradus_activation_name(size_t index);
GRADUS_API const char *gradus_loss_name(size_t index);
GRADUS_API const char *gradus_optimizer_name(size_t index);
GRADUS_API const char *gradus_schedule_name(size_t index);
GRADUS_API const char *gradus_start_name(size_t index);

/* ---- 3 data ---------------------------------------------------------------------- */

typedef struct gradus_data gradus_data; /* a table: named columns, rows counted from 0 */
typedef struct gradus_model gradus_model;

typedef enum gradus_column_kind { GRADUS_NUMBER, GRADUS_CATEGORY } gradus_column_kind;

typedef struct gradus_column {
    const char *name;
    gradus_column_kind kind;
    size_t missing;             /* rows without a value                                */
    size_t values;              /* category: distinct values; number: 0                */
    double min, max, mean;      /* number: over the rows with a value, else NaN        */
    const char *why;            /* category: the first cell that is no number, or ""   */
    size_t why_line;            /*           and its line in the file (0: unknown)     */
} gradus_column;

typedef enum gradus_header {
    GRADUS_HEADER_AUTO, /* a first record without numbers, above columns that have some; in
                           a table of texts, one of different cells that none of the first
                           rows repeats; with a model, one that holds one of its names  */
    GRADUS_HEADER_YES,
    GRADUS_HEADER_NO    /* columns are named c1, c2, ...                                */
} gradus_header;

typedef struct gradus_read_options {
    char delimiter;            /* 0: found by itself among , ; tab |                    */
    char decimal;              /* '.' or ','; 0: '.'                                    */
    gradus_header header;
    const char *missing;       /* marks of a missing value; NULL: the model's, or else  */
                               /* "?,NA,N/A,na,n/a,NaN,nan,NULL,null,"                  */
    const char *numeric;       /* columns that must be numbers: "a,b" (quoted as in CSV)*/
    const char *categorical;   /* columns to be read as categories: "zip,code"          */
    int skip_bad_rows;         /* 1: count ragged rows and bad cells and go on          */
    const char *rejects;       /* NULL, or a file that gets the skipped records         */
    const char *labels;        /* IDX: file with the labels, which become column "label"*/
    const gradus_data *like;   /* NULL, or read columns of these names as this table    */
                               /* has them: categories, or numbers that must be such;   */
                               /* and its marks of a missing value                      */
    const gradus_model *model; /* NULL, or take column kinds and names from this model; */
                               /* columns it does not use are passed over               */
    int keep_records;          /* 1: gradus_data_record() gives the rows' text          */
} gradus_read_options;

GRADUS_API void gradus_read_defaults(gradus_read_options *options);

/*
 * A whole table from a file: CSV or TSV (RFC 4180 and its dialects), IDX, NPY, each also
 * gzipped; the format is recognised by content. "-" is standard input.
 * Types are inferred from the whole column. Numbers are read exactly, in any locale.
 *
 * Errors   DATA with file:line:column; IO; MEMORY; ARGUMENT for unknown column names.
 * Memory   8 bytes a number, 4 a category; IDX and NPY cells as wide as in the file.
 */
GRADUS_API GRADUS_CHECKED gradus_status gradus_data_read(
    const gradus_context *context,
    const char *path,
    const gradus_read_options *options, /* NULL: defaults                               */
    gradus_data **data);

/* A table of numbers from memory; a NaN is a missing value. The numbers are copied. */
GRADUS_API GRADUS_CHECKED gradus_status gradus_data_new(
    const gradus_context *context,
    const double *numbers,              /* [rows][columns]                              */
    size_t rows,
    size_t columns,
    const char *const *names,           /* [columns]; NULL: c1, c2, ...                 */
    gradus_data **data);

GRADUS_API void gradus_data_free(gradus_data *data);
GRADUS_API size_t gradus_data_rows(const gradus_data *data);
GRADUS_API size_t gradus_data_columns(const gradus_data *data);
GRADUS_API void gradus_data_column(
    const gradus_data *data, size_t column, gradus_column *about);

/* Index of a column, or SIZE_MAX where there is none of that name. */
GRADUS_API size_t gradus_data_find(const gradus_data *data, const char *name);

/* A value of a category column (index < values), in order of first appearance. */
GRADUS_API const char *gradus_data_value(
    const gradus_data *data, size_t column, size_t value);

/* A cell: its number (NaN: missing), or the index of its category (-1: missing). */
GRADUS_API double gradus_data_cell(const gradus_data *data, size_t row, size_t column);

/* The text of a row as it stood in the file, without its line end (keep_records). */
GRADUS_API const char *gradus_data_record(
    const gradus_data *data, size_t row, size_t *length);

typedef struct gradus_data_about {
    const char *format;   /* "csv", "idx", "npy", "memory"                              */
    uint64_t bytes;       /* read from the file, before decompression                   */
    char delimiter;       /* csv                                                        */
    int has_header;       /* csv                                                        */
    const char *header;   /* csv: the header record's text with keep_records, else NULL */
    size_t skipped;       /* rows left out by skip_bad_rows                             */
    size_t rank, shape[4];/* idx, npy: dimensions in the file                           */
} gradus_data_about;
GRADUS_API void gradus_data_describe(const gradus_data *data, gradus_data_about *about);

/*
 * The same, a piece at a time: CSV of any length in constant memory, and as its rows come
 * in; IDX and NPY are held whole. gradus_reader_next() gives up to `rows` rows; *data is
 * NULL at the end. The caller frees it, before the reader, from which it may borrow.
 * Column kinds come from options->model, which must be given.
 */
typedef struct gradus_reader gradus_reader;
GRADUS_API GRADUS_CHECKED gradus_status gradus_reader_new(
    const gradus_context *context, const char *path,
    const gradus_read_options *options, gradus_reader **reader);
GRADUS_API GRADUS_CHECKED gradus_status gradus_reader_next(
    gradus_reader *reader, size_t rows, gradus_data **data);
GRADUS_API void gradus_reader_free(gradus_reader *reader);

/*
 * Numbers as text, in any locale. The text is the shortest that reads back to the same
 * double (or float). Returns its length; at most GRADUS_NUMBER_LENGTH with the final 0.
 */
#define GRADUS_NUMBER_LENGTH 32
GRADUS_API size_t gradus_number_write(double number, char text[GRADUS_NUMBER_LENGTH]);
GRADUS_API size_t gradus_number_write_float(float number, char text[GRADUS_NUMBER_LENGTH]);
/* 1 when the whole text is a number ("1e-3", "-inf", "nan"), which goes to *number. */
GRADUS_API int gradus_number_read(const char *text, size_t length, double *number);

/* ---- 4 net ----------------------------------------------------------------------- */

typedef enum gradus_precision { GRADUS_FLOAT32, GRADUS_FLOAT64 } gradus_precision;

typedef struct gradus_net gradus_net;

/*
 * A network from its description, with parameters drawn from `seed`.
 *
 * A description is a list of words, separated by blanks or line ends, # to end of line
 * is a comment. Each item reads what the one before it gives:
 *
 *     dense N            z = W x + b, N units    [bias=no] [start=NAME] [sd=] [value=]
 *     relu, tanh, ...    any activation's name   [alpha=]
 *     batchnorm          batch normalisation
 *     dropout P          drop each unit with probability P while training
 *     residual { ... }   y = x + scale * F(x)    [scale=1]; x is projected by a dense
 *                        layer without bias where F changes the width
 *     repeat N { ... }   the items N times
 *     output             dense with as many units as there are outputs; last dense item;
 *                        where it is missing, the net ends as described
 *
 *     "dense 64 relu dense 64 relu output softmax"
 *
 * Errors   ARGUMENT with the offending word; MEMORY.
 */
GRADUS_API GRADUS_CHECKED gradus_status gradus_net_new(
    const gradus_context *context,
    const char *description,
    size_t inputs,
    size_t outputs,             /* must equal the width of the last layer              */
    gradus_precision precision,
    uint64_t seed,
    gradus_net **net);

/*
 * The same, built by calls. The first failure is kept, with its message, and returned by
 * the last call;
 * gradus_builder_finish() frees the builder, also when it fails.
 */
typedef struct gradus_builder gradus_builder;
typedef struct gradus_dense_options {
    int no_bias;
    const char *start;          /* NULL: by the activation that follows                */
    double sd;                  /* start "normal"; 0: 1                                */
    double value;               /* start "constant"                                    */
} gradus_dense_options;
GRADUS_API GRADUS_CHECKED gradus_status gradus_builder_new(
    const gradus_context *context, size_t inputs, gradus_builder **builder);
GRADUS_API void gradus_builder_dense(
    gradus_builder *builder, size_t units, const gradus_dense_options *options);
GRADUS_API void gradus_builder_activation(
    gradus_builder *builder, const char *name, double alpha); /* NaN: its default      */
GRADUS_API void gradus_builder_batchnorm(gradus_builder *builder);
GRADUS_API void gradus_builder_dropout(gradus_builder *builder, double rate);
GRADUS_API void gradus_builder_residual_begin(gradus_builder *builder, double scale);
GRADUS_API void gradus_builder_residual_end(gradus_builder *builder);
GRADUS_API GRADUS_CHECKED gradus_status gradus_builder_finish(
    gradus_builder *builder, gradus_precision precision, uint64_t seed, gradus_net **net);

GRADUS_API GRADUS_CHECKED gradus_status gradus_net_copy(
    const gradus_net *net, gradus_net **copy);
GRADUS_API void gradus_net_free(gradus_net *net);

typedef struct gradus_net_about {
    size_t inputs, outputs;
    size_t depth;               /* dense layers on the longest way                     */
    size_t width;               /* units of the widest layer                           */
    size_t parameters;          /* everything that training changes                    */
    double multiply_adds;       /* of one example's forward pass                       */
    double gradient_cost;       /* one gradient (forward and backward) in forward passes*/
    gradus_precision precision;
} gradus_net_about;
GRADUS_API void gradus_net_describe(const gradus_net *net, gradus_net_about *about);

GRADUS_API gradus_precision gradus_net_precision(const gradus_net *net);

/* The description of the net, one line a layer, as gradus_net_new() reads it. */
GRADUS_API const char *gradus_net_text(const gradus_net *net);

typedef struct gradus_tensor {
    const char *name;           /* "1.weight", "1.bias", "2.scale", "2.mean", ...      */
    size_t rank;                /* 1 or 2                                              */
    size_t rows, columns;       /* weight: [outputs][inputs]; rank 1: rows is 1        */
    int trained;                /* 0: statistics, which training keeps but not descends*/
} gradus_tensor;
GRADUS_API size_t gradus_net_tensors(const gradus_net *net);
GRADUS_API void gradus_net_tensor(
    const gradus_net *net, size_t index, gradus_tensor *about);
/* Copy a tensor out or in, [rows][columns], in the net's precision. */
GRADUS_API void gradus_net_get(const gradus_net *net, size_t index, void *values);
GRADUS_API void gradus_net_set(gradus_net *net, size_t index, const void *values);

/*
 * The layers of a net in the order of computation, for programs that compute it in their own
 * way. Layer 0 is the input x; every other one reads the values v of earlier layers, whose
 * numbers are `from` and `skip`; the last one's are the outputs y. At inference:
 *
 *     dense        v = W v_from + b           tensors: W [units][inputs], b [units] or none
 *     activation   v = s(v_from)              unit by unit; softmax over all of them
 *     batchnorm    v = scale (v_from - mean) / sqrt(variance + epsilon) + shift
 *                                             tensors: scale, shift, mean, variance [units]
 *     dropout      v = v_from
 *     add          v = v_skip + scale v_from
 *
 * What does not apply is 0, "" or SIZE_MAX.
 */
typedef enum gradus_layer_kind {
    GRADUS_LAYER_INPUT, GRADUS_LAYER_DENSE, GRADUS_LAYER_ACTIVATION,
    GRADUS_LAYER_BATCHNORM, GRADUS_LAYER_DROPOUT, GRADUS_LAYER_ADD
} gradus_layer_kind;

typedef struct gradus_layer {
    gradus_layer_kind kind;
    size_t from, skip;          /* layers it reads; skip: add only                     */
    size_t inputs, units;       /* inputs: units of `from`                             */
    const char *activation;     /* its name                                            */
    double alpha;               /* activation                                          */
    double epsilon;             /* batchnorm                                           */
    double rate;                /* dropout                                             */
    double scale;               /* add                                                 */
    size_t tensor, tensors;     /* the first of its tensors, and how many there are    */
} gradus_layer;
GRADUS_API size_t gradus_net_layers(const gradus_net *net);
GRADUS_API void gradus_net_layer(const gradus_net *net, size_t index, gradus_layer *about);

/* XXH3-64 over all tensors in order: name, precision, shape, little-endian bytes. */
GRADUS_API GRADUS_CHECKED gradus_status gradus_net_digest(
    const gradus_net *net, uint64_t *digest);

/*
 * Outputs of the network for a batch of examples.
 *
 *     y[i] = f(x[i])        for i = 0 .. rows-1
 *
 * Row i of y depends on row i of x only, to the bit. Dropout is off, batch norm uses its
 * running statistics. Many threads may call it for one net, each with its own scratch.
 *
 * Cost     gradus_net_about.multiply_adds a row. This function cannot fail.
 */
GRADUS_API void gradus_net_forward(
    const gradus_net *net,
    const void *x,              /* [rows][inputs]                                      */
    size_t rows,
    void *y,                    /* out [rows][outputs]; not in x                       */
    void *scratch);             /* gradus_net_scratch() bytes, 64-byte aligned         */
GRADUS_API size_t gradus_net_scratch(const gradus_net *net);

/* The same for many rows at once, where it pays on the context's threads: of calls at the same
 * time one has them. They start when first needed, and end with the context, those of the
 * default one with the process.
 *
 * Errors   MEMORY.
 * Memory   64 KiB of the caller's stack, and as much again where an activation of its own calls
 *          it; where gradus_net_scratch() bytes a thread are more than 32 KiB, those from the
 *          context, which keeps up to 16 MiB of them for the next call. */
GRADUS_API GRADUS_CHECKED gradus_status gradus_net_predict(
    const gradus_net *net, const void *x, size_t rows, void *y);

/* A set of examples; borrowed arrays, in the precision of the net they are used with, which
 * stay as they are until the call that takes them returns: threads read them meanwhile. */
typedef struct gradus_set {
    size_t rows;
    const void *x;              /* [rows][inputs]                                      */
    const void *y;              /* [rows][outputs], or NULL where label is given       */
    const uint32_t *label;      /* [rows] class numbers < outputs, or NULL             */
    const double *weight;       /* [rows] >= 0, or NULL: all 1                         */
} gradus_set;

/*
 * Mean loss over a set and its gradient, by backpropagation (chapters in docs/math/).
 *
 *     loss = sum_i weight_i loss(f(x_i), y_i) / sum_i weight_i
 *
 * Dropout draws its masks from `seed`; batch norm uses the statistics of the set.
 *
 * Cost     gradus_net_about.gradient_cost forward passes; one, where neither `gradient` nor
 *          `dx` is wanted.
 * Errors   ARGUMENT: unknown loss, a heaviside layer, one row with batch norm; MEMORY.
 * Memory   the activations of at most 4096 rows (all rows with batch norm).
 */
GRADUS_API GRADUS_CHECKED gradus_status gradus_net_gradient(
    const gradus_net *net,
    const char *loss,
    const gradus_set *set,
    uint64_t seed,
    double *value,              /* out: the loss                                       */
    void *gradient,             /* out [parameters], trained tensors in order, or NULL */
    void *dx);                  /* out [rows][inputs], or NULL                         */

/* ---- 5 train --------------------------------------------------------------------- */

typedef enum gradus_draw {
    GRADUS_DRAW_SHUFFLE,        /* each epoch visits every row once, in a fresh order   */
    GRADUS_DRAW_REPLACE,        /* each row of a step uniform among all                 */
    GRADUS_DRAW_SUBSET          /* each step a fresh random subset, no row twice in it;
                                   both: as many full steps as reach the number of rows */
} gradus_draw;

/* What stands on a run's progress line. Metrics that do not apply are NaN. */
typedef struct gradus_metrics {
    size_t rows;
    double loss, loss_error;    /* mean per example, and its standard error             */
    double accuracy, auc;       /* classification; auc: mean of one-against-rest        */
    double brier, ece;          /* classification: Brier score, calibration error       */
    double rmse, mae, r2;       /* regression, in the target's own unit; mean of targets*/
} gradus_metrics;

typedef struct gradus_progress {
    size_t epoch, epochs;       /* epochs finished, and their largest number            */
    size_t step, steps;         /* steps of this epoch finished, and their number       */
    double rate;                /* learning rate of the last step                       */
    double train_loss;          /* mean over the epoch's steps so far                   */
    int end_of_epoch;           /* 1: the following are set                             */
    gradus_metrics valid;       /* of the validation set; rows 0: there is none         */
    int best;                   /* 1: the best epoch so far                             */
    int last;                   /* 1: the last epoch of this start                      */
    size_t start, starts;       /* which of several starts, from 1                      */
    const gradus_net *net;      /* as it is now, for reading during the call            */
} gradus_progress;

/*
 * Called after every step and at each epoch's end; nonzero stops the run (STOPPED). Several
 * starts, and the networks of a cross-validation, are trained side by side where there are
 * several threads: their calls come one at a time, those of one start in order, but from
 * the threads that train, and mixed as these get on.
 */
typedef int gradus_observer(const gradus_progress *progress, void *user);

typedef struct gradus_fit_options {
    const char *loss;           /* NULL: by the last activation                         */
    double delta;               /* huber: where it turns linear, 1                      */
    double label_smoothing;     /* cross-entropy: 0 <= e < 1                            */
    size_t epochs;              /* 50                                                   */
    size_t batch;               /* rows a step; SIZE_MAX: all; 0: by the rows there are */
    gradus_draw draw;
    const char *optimizer;      /* "adamw"                                              */
    double learning_rate;       /* NaN: the optimiser's default                         */
    double momentum;            /* momentum, nesterov: 0.9                              */
    double alpha;               /* rmsprop: 0.99                                        */
    double beta1, beta2;        /* adam, adamw: 0.9, 0.999                              */
    double epsilon;             /* adam, adamw, rmsprop: 1e-8                           */
    double weight_decay;        /* decoupled, on weight matrices; NaN: the optimiser's    */
    double clip;                /* largest gradient norm; 0: none                       */
    const char *schedule;       /* "cosine"                                             */
    double warmup;              /* share of all steps with a rising rate                */
    double decay;               /* step, exponential: factor; inverse-time: k in
                                   1 / (1 + k epochs); NaN: 0.1, 0.95, 0.1              */
    size_t decay_epochs;        /* step: epochs between two drops; 0: a third of all    */
    size_t patience;            /* epochs without gain before stopping; 0: never, in a
                                   trainer by the number of epochs                      */
    size_t starts;              /* restarts from other seeds, best kept; 1              */
    size_t checkpoint_activations; /* keep those of every N-th layer, and compute the rest
                                   again in the backward pass: less memory, the same bits;
                                   0: keep all; SIZE_MAX: the N that takes least memory */
    uint64_t seed;              /* 1                                                    */
    gradus_observer *observer;  /* or NULL                                              */
    void *user;
} gradus_fit_options;
GRADUS_API void gradus_fit_defaults(gradus_fit_options *options);

typedef struct gradus_fit_report {
    size_t epochs, steps;       /* done                                                 */
    size_t best_epoch;          /* whose weights the net has                            */
    size_t best_start;          /* of several starts, from 1                            */
    int stopped_early;          /* 1: patience ran out                                  */
    double train_loss;          /* of the last epoch                                    */
    gradus_metrics valid;       /* at the best epoch                                    */
    size_t diverged_step;       /* DIVERGED: of epoch epochs + 1, from 1                */
    size_t diverged_layer;      /* and the layer with the first value that is not finite*/
} gradus_fit_report;

/*
 * Gradient descent on the mean loss of a set. With a validation set the weights of the
 * epoch with the least validation loss are put back at the end.
 *
 * Errors   DIVERGED, with layer and step, and STOPPED: the net keeps its best epoch so
 *          far, without validation its last finite one; ARGUMENT; MEMORY.
 * Memory   all is allocated before the first step; a step allocates nothing. Of several
 *          starts as many are held at once as the context has threads.
 */
GRADUS_API GRADUS_CHECKED gradus_status gradus_fit(
    gradus_net *net,
    const gradus_set *train,
    const gradus_set *valid,              /* or NULL                                    */
    const gradus_fit_options *options,    /* NULL: defaults                             */
    gradus_fit_report *report);           /* or NULL                                    */

/*
 * Learning-rate range test: steps from the net's parameters as gradus_fit() takes them, but
 * step k with the rate 10^-6 * 10^(k/20), until the loss blows up or the rate is 100. L, the
 * smoothed loss, is the mean over a step and up to 4 neighbours on each side, each measured
 * before its step on the rows of it; L0 the mean of the first 20 steps, L* the least L. The
 * floor is all between the first rate a and the last rate b with
 *
 *     L <= L* + 0.15 (L0 - L*)        suggestion = a^(2/3) b^(1/3), to two digits
 *
 * The net is left as it was. Of the options learning_rate, schedule, warmup, patience,
 * epochs and starts change nothing, but have to be valid.
 *
 * Errors   DIVERGED: not finite at the first step already, or no rate makes the loss fall;
 *          STOPPED, where the observer says so; ARGUMENT; MEMORY.
 * Cost     GRADUS_RATES steps at most.
 * Source   the test: Smith, "Cyclical learning rates for training neural networks", 2017;
 *          the rule: docs/math/descent.md.
 */
enum { GRADUS_RATES = 161 };
typedef struct gradus_rate_search {
    size_t count;                   /* steps taken                                      */
    double rate[GRADUS_RATES];      /* of each, rising                                  */
    double loss[GRADUS_RATES];      /* before the step, of its rows                     */
    double smooth[GRADUS_RATES];
    size_t min;                     /* index of the smallest smoothed loss              */
    int diverged;                   /* 1: the loss blew up, 0: no rate was too large    */
    double floor[2];                /* a and b                                          */
    double suggestion;
} gradus_rate_search;
GRADUS_API GRADUS_CHECKED gradus_status gradus_rate_find(
    gradus_net *net,
    const gradus_set *train,
    const gradus_fit_options *options,    /* NULL: defaults                             */
    gradus_rate_search *search);

/*
 * Bytes that training takes for a net: the net itself, activations and gradients of a batch,
 * the optimiser's state and the best weights; of several starts for each that runs. Beside
 * them come the examples, and for each row its number and, held out, what is measured of it.
 *
 * Errors   ARGUMENT: unknown loss or optimiser, what cannot be trained; MEMORY.
 */
GRADUS_API GRADUS_CHECKED gradus_status gradus_fit_memory(
    const gradus_net *net,
    const gradus_fit_options *options,
    size_t rows,                          /* of the training set: a batch has no more   */
    size_t *bytes,
    size_t *activations);                 /* or NULL; of these bytes, what one pass      */
                                          /* works in: less with checkpoints            */

/* ---- 6 trainer ------------------------------------------------------------------- */

typedef enum gradus_task {
    GRADUS_TASK_AUTO,           /* text, exactly two values, IDX labels: classification */
    GRADUS_CLASSIFICATION,
    GRADUS_REGRESSION
} gradus_task;

typedef enum gradus_split {
    GRADUS_SPLIT_RANDOM,        /* stratified by class                                  */
    GRADUS_SPLIT_CONTENT        /* equal rows stay on one side                          */
} gradus_split;

typedef enum gradus_scaling {
    GRADUS_SCALING_STANDARD,    /* (x - mean) / standard deviation                      */
    GRADUS_SCALING_ROBUST,      /* (x - median) / interquartile range, smoothly clipped */
    GRADUS_SCALING_NONE
} gradus_scaling;

/* Where fit.learning_rate, weight_decay, batch, epochs or patience are left open, a
 * trainer chooses by the size of the table (docs/design/defaults.md). */
typedef struct gradus_train_options {
    const char *target;         /* column, or "a,b" for several regression targets      */
    gradus_task task;
    const char *drop;           /* columns not to learn from                            */
    const char *keep;           /* NULL, or the only columns to learn from              */
    const char *weight;         /* NULL, or the column of example weights               */
    const char *class_weight;   /* NULL, "balanced", or "a=1,b=3"                       */
    const char *group;          /* NULL, or rows with equal values here are not split   */
    gradus_scaling scaling;
    gradus_split split;
    double holdout;             /* share held out for validation; NaN: 0.2              */
    const char *hidden;         /* "64,64"; "" for none; NULL: by the size of the table */
    const char *activation;     /* of the hidden layers; NULL: "relu"                   */
    int batchnorm;              /* 1: before each hidden activation                     */
    double dropout;             /* after each hidden activation                         */
    const char *start;          /* initialisation; NULL: by the activation              */
    const char *network;        /* NULL, or a description instead of the five above     */
    gradus_precision precision;
    gradus_fit_options fit;
} gradus_train_options;
GRADUS_API void gradus_train_defaults(gradus_train_options *options);

typedef struct gradus_trainer gradus_trainer;

/*
 * Plans a training run: finds the task, fits the preprocessing to the training rows,
 * splits, builds the net. Nothing is trained yet.
 *
 * Errors   ARGUMENT: unknown column (the nearest name is suggested), settings that do
 *          not fit; DATA: a target with one class, too few rows; MEMORY.
 */
GRADUS_API GRADUS_CHECKED gradus_status gradus_trainer_new(
    const gradus_context *context,
    const gradus_data *data,
    const gradus_data *valid,             /* or NULL: rows are held out                 */
    const gradus_train_options *options,
    gradus_trainer **trainer);
GRADUS_API void gradus_trainer_free(gradus_trainer *trainer);

/* The options with network, loss, optimiser's rate and decay, batch and epochs replaced by
 * what will be used. What follows from those by a rule of its own (the decay of a schedule,
 * the start of a layer) stays open. */
GRADUS_API const gradus_train_options *gradus_trainer_options(const gradus_trainer *trainer);

/* What is worth saying about the plan ("column id has a value per row"); NULL at the end. */
GRADUS_API const char *gradus_trainer_note(const gradus_trainer *trainer, size_t index);

typedef struct gradus_trainer_about {
    size_t train_rows, valid_rows, dropped_rows; /* dropped: rows without a target       */
    size_t numbers, categories, values; /* input columns, and values of the categories   */
    gradus_metrics trivial;     /* commonest class, or mean, on the validation rows      */
} gradus_trainer_about;
GRADUS_API void gradus_trainer_describe(
    const gradus_trainer *trainer, gradus_trainer_about *about);

/*
 * Trains. On DIVERGED and STOPPED the model is usable, with the best weights so far.
 * Several regression targets are learned by one net with several outputs.
 */
GRADUS_API GRADUS_CHECKED gradus_status gradus_trainer_run(
    gradus_trainer *trainer, gradus_fit_report *report);

/* gradus_rate_find() for the trainer's net and examples; the suggestion becomes the learning
 * rate of its options. */
GRADUS_API GRADUS_CHECKED gradus_status gradus_trainer_find_rate(
    gradus_trainer *trainer, gradus_rate_search *search);

/* The examples it trains on; owned by the trainer. */
GRADUS_API const gradus_set *gradus_trainer_set(const gradus_trainer *trainer);

/* The rows of the table, from 0, that are held out, [*count], owned by the trainer; NULL where
 * none are, or another table is there to validate on. */
GRADUS_API const uint32_t *gradus_trainer_held_out(
    const gradus_trainer *trainer, size_t *count);

/* The model being trained; owned by the trainer. */
GRADUS_API gradus_model *gradus_trainer_model(gradus_trainer *trainer);

/*
 * K-fold cross-validation: K networks, each trained on K-1 parts as a trainer trains (of
 * which options->holdout chooses the best epoch), and measured on the part left out.
 * Parts are stratified, grouped or by content as a hold-out is.
 *
 * Errors   those of the first part, in order, that fails: as of gradus_trainer_new() and
 *          gradus_trainer_run(); STOPPED.
 * Memory   the examples of as many parts at once as the context has threads.
 */
GRADUS_API GRADUS_CHECKED gradus_status gradus_cross_validate(
    const gradus_context *context,
    const gradus_data *data,
    const gradus_train_options *options,
    size_t folds,                         /* >= 2                                       */
    gradus_metrics *metrics,              /* out [folds]                                */
    gradus_metrics *trivial);             /* out [folds], or NULL                       */

/* ---- 7 model --------------------------------------------------------------------- */

/*
 * A model is a net, the preprocessing in front of it, and what is known of its making.
 * Its file is a safetensors container (docs/design/model-file.md).
 *
 * Errors   load: MODEL with the byte offset; IO; MEMORY. save: IO, and then a file that
 *          was there before is untouched (but where only the sync of its folder failed);
 *          ARGUMENT: a weight is not finite; MEMORY.
 */
GRADUS_API GRADUS_CHECKED gradus_status gradus_model_load(
    const gradus_context *context, const char *path, gradus_model **model);
GRADUS_API GRADUS_CHECKED gradus_status gradus_model_save(
    const gradus_model *model, const char *path);
GRADUS_API void gradus_model_free(gradus_model *model);

/*
 * A model of a net that stands by itself: it reads number columns as they are and predicts
 * numbers. The net is copied.
 *
 * Errors   MEMORY.
 */
GRADUS_API GRADUS_CHECKED gradus_status gradus_model_new(
    const gradus_net *net,
    const char *const *inputs,            /* [inputs] names of the columns              */
    const char *const *targets,           /* [outputs]                                  */
    gradus_model **model);

GRADUS_API const gradus_net *gradus_model_net(const gradus_model *model);

typedef struct gradus_model_about {
    gradus_task task;
    size_t inputs;              /* columns it needs                                     */
    size_t targets;             /* columns it predicts; 1 for classification            */
    size_t classes;             /* 0 for regression                                     */
    size_t train_rows;
    gradus_metrics valid;       /* of the validation rows; rows 0: there were none      */
    const char *settings;       /* "key = value" lines, as gradus_model_note() stored   */
    const char *loss;           /* its name                                             */
    double delta;               /* of the loss huber                                    */
    uint64_t digest;            /* of the net's tensors                                 */
    uint64_t bytes;             /* of the file it was loaded from, 0 when it was trained*/
} gradus_model_about;
GRADUS_API void gradus_model_describe(
    const gradus_model *model, gradus_model_about *about);

typedef struct gradus_model_input {
    const char *name;
    gradus_column_kind kind;
    size_t values;              /* category: those known                                */
    double center, scale;       /* number: the net sees (x - center) * scale            */
    double fill;                /* number: stands in for a missing value                */
    size_t first, width;        /* which of the net's inputs it makes                   */
    int clip;                   /* number: what the net sees is u / sqrt(1 + (u/3)^2),
                                   u = (x - center) * scale                             */
} gradus_model_input;
GRADUS_API void gradus_model_input_describe(
    const gradus_model *model, size_t input, gradus_model_input *about);
GRADUS_API const char *gradus_model_input_value(
    const gradus_model *model, size_t input, size_t value);
GRADUS_API const char *gradus_model_target(const gradus_model *model, size_t target);
/* Regression: the net computes (y - center) * scale of a target y. */
GRADUS_API void gradus_model_target_scale(
    const gradus_model *model, size_t target, double *center, double *scale);
GRADUS_API const char *gradus_model_class(const gradus_model *model, size_t number);

/* Stores the settings of a run with the model, as text: "key = value" lines. */
GRADUS_API GRADUS_CHECKED gradus_status gradus_model_note(
    gradus_model *model, const char *settings);

/*
 * Predictions. A predictor has the buffers one thread needs; many predictors may share
 * one model. Classification gives a probability for each class, regression a value for
 * each target, in its own unit.
 */
typedef struct gradus_predictor gradus_predictor;
GRADUS_API GRADUS_CHECKED gradus_status gradus_predictor_new(
    const gradus_model *model, gradus_predictor **predictor);
GRADUS_API void gradus_predictor_free(gradus_predictor *predictor);

/* Columns are matched by name; others are ignored.  Errors  DATA: one is not there. */
GRADUS_API GRADUS_CHECKED gradus_status gradus_predictor_run(
    gradus_predictor *predictor,
    const gradus_data *data,
    double *y);                 /* out [rows][classes or targets]                       */

typedef struct gradus_cell {
    double number;              /* for a number column; NaN: missing                    */
    const char *text;           /* for a category column; NULL: missing                 */
} gradus_cell;
/* One row from memory. Cannot fail and allocates nothing; for use inside a product. */
GRADUS_API void gradus_predictor_row(
    gradus_predictor *predictor,
    const gradus_cell *cells,   /* [inputs], in the order of gradus_model_input_describe*/
    double *y);                 /* out [classes or targets]                             */

/* Cells so far whose category is not among the values the net knows: unseen in training, or
 * too rare there to be given an input. *text is the first of them, *row its row. */
GRADUS_API size_t gradus_predictor_unseen(
    const gradus_predictor *predictor, size_t input, const char **text, size_t *row);

typedef struct gradus_evaluation {
    gradus_metrics model, trivial; /* trivial: the training rows' commonest class, mean  */
    const char *trivial_name;   /* the commonest class, or "mean"                       */
    size_t classes;
    const size_t *confusion;    /* [actual][predicted], or NULL                         */
    double best_threshold, best_f1; /* two classes: of the second; else NaN             */
    size_t unknown;             /* rows left out: target missing or of an unknown class */
} gradus_evaluation;
/* Owned by the predictor, until its next call.  Errors  DATA: no usable row, no target. */
GRADUS_API GRADUS_CHECKED gradus_status gradus_predictor_evaluate(
    gradus_predictor *predictor, const gradus_data *data,
    const gradus_evaluation **evaluation);

/* The same over some rows, from 0.  Errors   also ARGUMENT: the table has no such row. */
GRADUS_API GRADUS_CHECKED gradus_status gradus_predictor_evaluate_rows(
    gradus_predictor *predictor, const gradus_data *data,
    const uint32_t *rows,       /* [count]                                              */
    size_t count, const gradus_evaluation **evaluation);

/*
 * One row of a table as the model's net sees it: its inputs after the preprocessing, and its
 * target, one-hot for classes (0 or 1 where the net has one output), scaled for numbers.
 *
 * Errors   DATA: a column is missing, the row has no target or an unknown class; ARGUMENT:
 *          the table has no such row; MEMORY.
 */
GRADUS_API GRADUS_CHECKED gradus_status gradus_model_example(
    const gradus_model *model,
    const gradus_data *data,
    size_t row,
    double *x,                  /* out [inputs of the net]                              */
    double *y);                 /* out [outputs of the net]                             */

/*
 * The rows of a table with a target as the model's net learns from them: inputs after the
 * preprocessing, classes or scaled targets.
 *
 * Errors   DATA: a column is missing, no row has a target that the model knows; MEMORY.
 */
typedef struct gradus_examples gradus_examples;
GRADUS_API GRADUS_CHECKED gradus_status gradus_examples_new(
    const gradus_model *model, const gradus_data *data, gradus_examples **examples);
GRADUS_API void gradus_examples_free(gradus_examples *examples);
GRADUS_API const gradus_set *gradus_examples_set(const gradus_examples *examples);

/* ---- 8 theory -------------------------------------------------------------------- */

/* Where the outputs y of a net are differentiated: rows of x, computed as training does, or
 * as gradus_net_forward(). Arrays have the net's precision. */
typedef struct gradus_point {
    size_t rows;
    const void *x;              /* [rows][inputs]                                       */
    int training;               /* 1: dropout draws its masks from `seed`, batch norm uses
                                   the statistics of the rows                           */
    uint64_t seed;
} gradus_point;

/* A direction in the space of what y depends on; NULL is 0. */
typedef struct gradus_direction {
    const void *parameters;     /* [parameters], as of gradus_net_gradient()            */
    const void *x;              /* [rows][inputs]                                       */
} gradus_direction;

/*
 * J^T u, the vector-Jacobian product, by reverse mode: the backward pass from u in place of
 * dLoss/dy. J is the derivative of all outputs with respect to parameters and x.
 *
 *     gradient_k = sum_ij u_ij dy_ij/dparameter_k        dx likewise
 *
 * Errors   ARGUMENT: a heaviside layer, one row of batch norm in training; MEMORY.
 * Cost     that of gradus_net_gradient().
 */
GRADUS_API GRADUS_CHECKED gradus_status gradus_net_vjp(
    const gradus_net *net, const gradus_point *point,
    const void *u,              /* [rows][outputs]                                      */
    void *gradient,             /* out [parameters], or NULL                            */
    void *dx);                  /* out [rows][inputs], or NULL                          */

/*
 * J v, the Jacobian-vector product, by forward mode: y and its derivative in direction v,
 * computed with dual numbers in double, without any code of the backward pass.
 *
 *     jv_ij = sum_k dy_ij/dparameter_k v_k + sum dy_ij/dx v_x
 *
 * So <u, J v> = <J^T u, v>. An activation of the user's gives its slope itself.
 *
 * Errors   as of gradus_net_vjp().     Cost   some 20 forward passes: plain loops.
 */
GRADUS_API GRADUS_CHECKED gradus_status gradus_net_jvp(
    const gradus_net *net, const gradus_point *point, const gradus_direction *v,
    void *y,                    /* out [rows][outputs], or NULL                         */
    void *jv);                  /* out [rows][outputs]                                  */

/*
 * The whole of J, row after row by reverse mode. With batch norm in training an output
 * depends on the inputs of all rows; else dy_i/dx_j is 0 for two rows i and j.
 *
 * Errors   as of gradus_net_vjp().     Cost   rows * outputs gradients.
 */
GRADUS_API GRADUS_CHECKED gradus_status gradus_net_jacobian(
    const gradus_net *net, const gradus_point *point,
    void *by_parameters,        /* out [rows][outputs][parameters], or NULL             */
    void *by_x);                /* out [rows][outputs][rows][inputs], or NULL           */

/*
 * H v, the Hessian of the mean loss of a set times a vector, by forward over reverse: the
 * backward pass in dual numbers in double, whatever the net's precision is; no step size.
 *
 *     hv_k = sum_l d^2 loss / dw_k dw_l  v_l         so <u, H v> = <v, H u>
 *
 * Of the loss as gradus_net_predict() has it: dropout is off, batch norm uses its running
 * statistics. At a kink (relu at 0) it is that of the side that the value takes.
 *
 * Errors   ARGUMENT: unknown loss, heaviside, a function of the user's own; MEMORY.
 * Cost     some 20 gradients: plain loops.     Memory   activations of 64 rows.
 * Source   Pearlmutter, "Fast exact multiplication by the Hessian", Neural Computation 1994.
 */
GRADUS_API GRADUS_CHECKED gradus_status gradus_net_hvp(
    const gradus_net *net,
    const char *loss,           /* NULL: by the last activation                         */
    const gradus_set *set,
    const double *v,            /* [parameters], as of gradus_net_gradient()            */
    double *gradient,           /* out [parameters], or NULL                            */
    double *hv);                /* out [parameters]                                     */

/* A wrong gradient of the loss, to see that it is found. */
typedef enum gradus_break {
    GRADUS_BREAK_NONE,
    GRADUS_BREAK_SIGN,          /* -g                                                   */
    GRADUS_BREAK_FACTOR,        /* 1.001 g                                              */
    GRADUS_BREAK_MISSING,       /* the term of the first output is missing              */
    GRADUS_BREAK_TRANSPOSE      /* that of one output is taken for another's            */
} gradus_break;

typedef struct gradus_check_options {
    const char *loss;           /* NULL: by the last activation                         */
    double delta;               /* huber: where it turns linear, 1                      */
    uint64_t seed;              /* of dropout's masks, 1                                */
    size_t weights;             /* of a tensor to check, evenly spread; 0: all          */
    double tolerance;           /* of differences, 1e-7                                 */
    double dual_tolerance;      /* 1e-12                                                */
    gradus_break broken;
} gradus_check_options;
GRADUS_API void gradus_check_defaults(gradus_check_options *options);

/*
 * The gradient of the mean loss of a set, in double whatever the net's precision is, on
 * three routes: by backpropagation, by differences (the 4-point rule), and by dual numbers,
 * which need no step. Of each tensor and of dLoss/dx, with g and r the first and another:
 *
 *     error = |g - r| / (|g| + |r| + floor)        (docs/math/backpropagation.md)
 *
 * Where a unit passes a kink of its activation within every step tried there are no
 * differences to compare with: this is counted. A user's function is not seen by dual
 * numbers: they take its own slope.
 *
 * Errors   as of gradus_net_gradient(); DATA: the loss is not finite; ARGUMENT: more than
 *          4096 rows.
 * Cost     6 gradients and a gradus_net_jvp() for each weight and each element of x.
 */
typedef struct gradus_check gradus_check;
GRADUS_API GRADUS_CHECKED gradus_status gradus_check_gradient(
    const gradus_net *net,
    const gradus_set *set,
    const gradus_check_options *options,  /* NULL: defaults                             */
    gradus_check **check);
GRADUS_API void gradus_check_free(gradus_check *check);

typedef struct gradus_check_about {
    int right;                  /* 1: every error is below its tolerance                */
    double loss;
    size_t blocks;              /* tensors, and x                                       */
    size_t checked, kinks;      /* weights and elements of x                            */
    double differences, dual;   /* the largest error of a block                         */
    size_t worst;               /* the block with the worst weight                      */
} gradus_check_about;
GRADUS_API void gradus_check_describe(const gradus_check *check, gradus_check_about *about);

typedef struct gradus_check_block {
    const char *name;           /* a tensor's, or "x"                                   */
    size_t rows, columns, checked, kinks;
    int right;
    double differences, dual;   /* errors                                               */
    size_t row, column;         /* the worst weight, and its derivative on each route   */
    double backprop, by_differences, by_dual; /* by_differences NaN: a kink             */
    double score;               /* its error in tolerances                              */
} gradus_check_block;
/* NULL past the last. */
GRADUS_API const gradus_check_block *gradus_check_part(
    const gradus_check *check, size_t index);

/*
 * The same for nets of every activation x loss x {dense, residual, batch norm, dropout} of
 * the library's lists, with an activation and a loss of a user's, and for the 2-4-1 net
 * that learns XOR, from 20 seeds, at the start and after training, to 1e-9.
 */
typedef struct gradus_check_case {
    const char *network, *activation, *loss, *kind;
    double tolerance;
    const gradus_check *check;
} gradus_check_case;
/* Nonzero stops (STOPPED). */
typedef int gradus_check_observer(const gradus_check_case *about, void *user);
GRADUS_API GRADUS_CHECKED gradus_status gradus_check_library(
    const gradus_context *context,
    const gradus_check_options *options,  /* NULL: defaults; their loss and delta are not
                                           used                                         */
    gradus_check_observer *observer,      /* called for each                            */
    void *user);

/*
 * One example's forward pass, loss, backward pass and step of plain descent, in double,
 * with every term at hand: what one would write on paper (docs/math/backpropagation.md).
 *
 *     dloss/dw = sum over the paths from w to the loss of the product of the factors
 *
 * A layer is a dense layer, a softmax or the sum of a residual block together with what
 * works on single units behind it (activation, batch norm, dropout): z goes in, the value
 * s(z) comes out. Layer 0 is the input. Where the loss includes the last activation
 * (cross-entropy and softmax, ...), the last layer's value is z. Batch norm uses its running
 * statistics and dropout is off, as in prediction; without both, the gradients are those
 * of gradus_net_gradient().
 *
 * Errors   ARGUMENT: unknown loss, a heaviside layer, numbers or a loss that are not finite,
 *          more than 100,000 parameters; MEMORY.
 * Cost     a few gradients.  Memory   about seven times the parameters, in double.
 */
typedef struct gradus_explanation gradus_explanation;
typedef struct gradus_explanation_options {
    const char *loss;           /* NULL: by the last activation                         */
    double delta;               /* huber: where it turns linear, 1                      */
    double learning_rate;       /* of the step w - rate dloss/dw, 0.1                   */
} gradus_explanation_options;
GRADUS_API void gradus_explanation_defaults(gradus_explanation_options *options);
GRADUS_API GRADUS_CHECKED gradus_status gradus_explanation_new(
    const gradus_net *net,
    const double *x,                      /* [inputs]                                   */
    const double *y,                      /* [outputs]                                  */
    const gradus_explanation_options *options, /* NULL: defaults                            */
    gradus_explanation **explanation);
GRADUS_API void gradus_explanation_free(gradus_explanation *explanation);

typedef struct gradus_explanation_about {
    const char *loss_name;
    const char *fused;          /* the last activation, where the loss includes it, or NULL */
    double loss, loss_after;    /* before and after the step                            */
    double loss_opposite;       /* after w + rate dloss/dw                              */
    const double *output, *output_after; /* [outputs]                                   */
    size_t layers, units, weights; /* weights: everything that training changes         */
    size_t shut;                /* units with slope 0: no gradient passes               */
    size_t factors;             /* of the longest path                                  */
} gradus_explanation_about;
GRADUS_API void gradus_explanation_describe(
    const gradus_explanation *explanation, gradus_explanation_about *about);

/* Units in the order of computation: the inputs x1 ..., h1 ..., the outputs y1 ... (z1 ...
 * where the loss includes the last activation). */
typedef struct gradus_unit {
    const char *name;
    size_t layer, number;       /* its number in the layer, from 0                      */
    const char *kind;           /* "input", "dense", "add", "softmax", or "each": what
                                   works on single units of a layer that others read    */
    const char *applied;        /* what makes the value of z: "relu", "batchnorm tanh"  */
    size_t from, skip;          /* layers it reads; SIZE_MAX: none                      */
    double z, value;
    double scale;               /* of "add": z = value of skip + scale * value of from  */
    double slope;               /* dvalue/dz                                            */
    double dvalue, dz;          /* dloss/dvalue, dloss/dz: the error signal             */
} gradus_unit;
GRADUS_API void gradus_explanation_unit(
    const gradus_explanation *explanation, size_t index, gradus_unit *unit);

/* Everything that training changes, in the order of gradus_net_gradient(): w1 ... are
 * entries of weight matrices, b1 ... biases, g1 ... and s1 ... scales and shifts. */
typedef struct gradus_weight {
    const char *name, *tensor;  /* "w5", "2.weight"                                     */
    size_t row, column;         /* in its tensor                                        */
    size_t to, from;            /* units; from is SIZE_MAX but for entries of matrices  */
    double value, gradient;
    double after;               /* value - learning rate * gradient                     */
    size_t paths;               /* from it to the loss; SIZE_MAX: that many or more     */
} gradus_weight;
GRADUS_API void gradus_explanation_weight(
    const gradus_explanation *explanation, size_t index, gradus_weight *weight);

/* A factor of the chain rule, d(of)/d(by) = slope * local: a weight on the way back from
 * unit to unit, at the end of the path the number that stands at w in z. */
typedef struct gradus_factor {
    const char *of, *by;        /* names; the first factor is dloss/d(by)               */
    const char *term;           /* the name of `local`: "w5", "x1"; "" for a number     */
    const char *applied;        /* what makes the value of `of` from its z; "": nothing */
    double slope;               /* dvalue/dz of `of`; NaN for the loss                  */
    double local;               /* dz/d(by)                                             */
    double value;               /* their product                                        */
} gradus_factor;

/* The factors of a path, from the loss to the weight, of which it returns the number;
 * path < paths of the weight. Paths are numbered in a fixed order. */
GRADUS_API size_t gradus_explanation_path(
    const gradus_explanation *explanation, size_t weight, size_t path,
    gradus_factor *factors);    /* out [about.factors]                                  */

/*
 * How error signals and activations pass through a net: one gradient of the mean loss of a
 * set, as a step of training computes it, measured layer by layer, with a verdict
 * (docs/math/vanishing-gradients.md). A layer is a dense layer with what works on its units
 * behind it; an activation that stands behind something else is one of its own.
 *
 *     d = dloss_i/dz of one example       |d^l| <= |d^L| prod |W^k|_2 max|s'|
 *
 * Of a set with more rows than options->rows so many are taken, evenly spread.
 *
 * Errors   as of gradus_net_gradient(), gradus_fit() for the optimiser's settings.
 * Cost     a gradient, and at most 600 products of each weight matrix with a vector.
 */
typedef enum gradus_flow_verdict {
    GRADUS_FLOW_HEALTHY,
    GRADUS_FLOW_VANISHING,      /* d of a layer is below 1/1000 of that of the last       */
    GRADUS_FLOW_EXPLODING,      /* above 1000 of it; outputs of 1000 inputs; not finite   */
    GRADUS_FLOW_DEAD,           /* nine tenths of a layer's relu units are never active   */
    GRADUS_FLOW_SATURATED       /* half of its units are flat on nine examples of ten     */
} gradus_flow_verdict;
GRADUS_API const char *gradus_flow_verdict_name(gradus_flow_verdict verdict);

typedef struct gradus_flow_options {
    gradus_fit_options fit;     /* loss and its settings; seed of dropout's masks; the
                                   optimiser, whose first step from here is the update    */
    const gradus_net *before;   /* or NULL; this net one step ago: the update is the
                                   difference                                             */
    size_t rows;                /* of the set that are looked at, at most 4096; 1024      */
    int float64;                /* 1: computed in double, whatever the net's precision is */
} gradus_flow_options;
GRADUS_API void gradus_flow_defaults(gradus_flow_options *options);

typedef struct gradus_flow gradus_flow;
GRADUS_API GRADUS_CHECKED gradus_status gradus_flow_new(
    const gradus_net *net,
    const gradus_set *set,
    const gradus_flow_options *options,   /* NULL: defaults                             */
    gradus_flow **flow);
GRADUS_API void gradus_flow_free(gradus_flow *flow);

typedef struct gradus_flow_about {
    size_t rows;                /* examples looked at                                   */
    size_t layers;
    double loss;                /* mean                                                 */
    double error;               /* |d| at the last layer                                */
    gradus_flow_verdict verdict;
    size_t layer;               /* that it names, from 0; SIZE_MAX: none                */
    const char *cause, *remedy; /* "layer 3 (relu): ..."; remedy "" where healthy       */
    size_t underflows;          /* layers whose gradient is 0 by underflow              */
    double update_ratio;        /* the largest of a layer, NaN: none                    */
    size_t update_layer;        /* and which                                            */
    double rate;                /* learning rate of that step                           */
} gradus_flow_about;
GRADUS_API void gradus_flow_describe(const gradus_flow *flow, gradus_flow_about *about);

/* What does not apply is NaN. Norms of matrices are Frobenius norms. */
typedef struct gradus_flow_layer {
    size_t number;              /* as its tensors are named; 0: it has none             */
    const char *applied;        /* "relu", "batchnorm sigmoid", ""                      */
    size_t inputs, units;
    double error;               /* root mean square of |d| over the examples            */
    double error_bound;         /* by spectral norms and largest slopes                 */
    double activation_moment;   /* mean of a^2 over examples and units                  */
    double gradient_moment;     /* mean of d^2                                          */
    double weight, weight_gradient; /* |W|, |dW| of the mean loss                       */
    double spectral;            /* |W|_2                                                */
    double update, update_ratio;/* |change of W by a step|, that / |W|                  */
    double slope, slope_most;   /* s'(z): mean, and largest on the examples             */
    double slope_limit;         /* largest there is                                     */
    double dead, saturated;     /* shares of the units                                  */
    double input_mean, input_deviation; /* means over the inputs of each one's mean and
                                   deviation over the examples                          */
    int underflow;              /* 1: error or weight_gradient is 0 by underflow        */
    gradus_flow_verdict verdict;
} gradus_flow_layer;
GRADUS_API void gradus_flow_layer_describe(
    const gradus_flow *flow, size_t layer, gradus_flow_layer *about);

/*
 * How far the inputs of a layer have moved between two looks at a net, in deviations that
 * they had then (internal covariate shift):
 *
 *     mean       sqrt(mean over inputs of ((mean_to - mean_from) / deviation_from)^2)
 *     deviation  the same of deviation_to - deviation_from
 *
 * Inputs that were constant, up to a millionth of their mean, are left out; NaN where none is
 * left.
 */
GRADUS_API void gradus_flow_drift(
    const gradus_flow *from, const gradus_flow *to, size_t layer, double *mean,
    double *deviation);

/*
 * What an initialisation does before any training: second moments of activations and of
 * error signals in nets drawn from several seeds, for inputs of unit variance and, in place
 * of a loss, gradients of unit variance at the outputs.
 *
 * Errors   as of gradus_net_new(); ARGUMENT: no seeds or rows; MEMORY.
 * Cost     of each seed a net and a gradient of `rows` rows.
 */
typedef struct gradus_moments_options {
    gradus_precision precision; /* GRADUS_FLOAT64                                       */
    size_t inputs, outputs;
    size_t rows;                /* drawn examples; 64                                   */
    size_t seeds;               /* 20                                                   */
    uint64_t seed;              /* the first of them; 1                                 */
} gradus_moments_options;
GRADUS_API void gradus_moments_defaults(gradus_moments_options *options);

typedef struct gradus_moments gradus_moments;
GRADUS_API GRADUS_CHECKED gradus_status gradus_moments_new(
    const gradus_context *context,
    const char *description,              /* of a net, as of gradus_net_new()           */
    const gradus_moments_options *options,
    gradus_moments **moments);
GRADUS_API void gradus_moments_free(gradus_moments *moments);
GRADUS_API size_t gradus_moments_layers(const gradus_moments *moments);

/* Over the seeds. */
typedef struct gradus_spread {
    double mean, deviation, min, max;
} gradus_spread;

typedef struct gradus_moments_layer {
    size_t number;
    const char *applied;
    gradus_spread activation, gradient;   /* means of a^2 and of d^2                    */
} gradus_moments_layer;
GRADUS_API void gradus_moments_layer_describe(
    const gradus_moments *moments, size_t layer, gradus_moments_layer *about);

/* log10 of norms' ratios: of the gradient at the inputs to that at the outputs; of |dW| of
 * the first to the last layer. And the first layer's |dW|, not as a logarithm. */
typedef struct gradus_moments_about {
    gradus_spread input, weight_gradient;
    gradus_spread first_gradient;
} gradus_moments_about;
GRADUS_API void gradus_moments_describe(
    const gradus_moments *moments, gradus_moments_about *about);

/*
 * The loss around a net's weights w (docs/math/landscape.md), in double whatever the net's
 * precision is, as gradus_net_predict() computes the outputs:
 *
 *     L(w + a d1 + b d2),  a, b from -span to span      |d_row| = |w_row|
 *
 * The directions d are drawn from `seed`, then each row of a weight matrix is given the norm
 * of the net's row; biases and batch norm stay. With a path, nets along the way of training,
 * they are of norm 1 and span the plane in which the path lies best (the two principal
 * directions of its distances from w); statistics of batch norm stay those of the net.
 *
 * And the extreme eigenvalues of the Hessian at w, by Lanczos on gradus_net_hvp(), which with
 * the gradient g decide the verdict, with
 * flat = max(curvature_tolerance max|eigenvalue|, flat_curvature, error of the eigenvalue):
 *
 *     noise     sqrt(sum_i |g_i - g|^2 / (N (N - 1))), g_i of row i alone: how far the
 *               gradient of N rows is from that of all there could be
 *     slope     |g| > gradient_tolerance, twice the noise: the net is at no stationary point
 *     plateau   all |eigenvalue| <= flat_curvature
 *     saddle    min < -flat and max > flat
 *     maximum   min < -flat, max <= flat
 *     minimum   else: no direction is found in which the loss bends down
 *
 * Of a set with more rows than options->rows so many are taken, evenly spread.
 *
 * Errors   as of gradus_net_hvp(); ARGUMENT: a grid of fewer than 2 or more than 1001 points,
 *          rows above 4096, a path of other nets, of more than 256, or that does not move;
 *          MEMORY: steps + 1 vectors of all parameters.
 * Cost     grid^2 evaluations of the set, and at most steps + 1 products H v.
 * Source   Li et al., "Visualizing the loss landscape of neural nets", NeurIPS 2018.
 */
typedef enum gradus_stationary {
    GRADUS_STATIONARY_SLOPE,
    GRADUS_STATIONARY_PLATEAU,
    GRADUS_STATIONARY_SADDLE,
    GRADUS_STATIONARY_MAXIMUM,
    GRADUS_STATIONARY_MINIMUM
} gradus_stationary;
GRADUS_API const char *gradus_stationary_name(gradus_stationary verdict);

typedef struct gradus_landscape_options {
    const char *loss;           /* NULL: by the last activation                         */
    double delta;               /* huber: where it turns linear, 1                      */
    uint64_t seed;              /* of directions and of the first vector of Lanczos, 1  */
    size_t rows;                /* of the set that are looked at, at most 4096; 1024    */
    size_t grid;                /* points of each axis, 25; an odd number has w itself  */
    double span;                /* 0: 1, or somewhat more than as far as the path goes  */
    int line;                   /* 1: only along d1                                     */
    size_t steps;               /* of Lanczos at most, 100                              */
    const gradus_net *const *path; /* [points] nets of the same description, or NULL    */
    size_t points;
    double gradient_tolerance;  /* 0: twice the gradient's noise                        */
    double curvature_tolerance; /* 1e-4                                                 */
    double flat_curvature;      /* 1e-6                                                 */
} gradus_landscape_options;
GRADUS_API void gradus_landscape_defaults(gradus_landscape_options *options);

typedef struct gradus_landscape gradus_landscape;
GRADUS_API GRADUS_CHECKED gradus_status gradus_landscape_new(
    const gradus_net *net,
    const gradus_set *set,
    const gradus_landscape_options *options,  /* NULL: defaults                         */
    gradus_landscape **landscape);
GRADUS_API void gradus_landscape_free(gradus_landscape *landscape);

typedef struct gradus_landscape_about {
    size_t rows;                /* examples looked at                                   */
    size_t parameters;
    size_t columns, lines;      /* points along d1 and d2; lines is 1 for a line        */
    double span;
    double loss, gradient;      /* mean loss and |g| at w                               */
    double noise;               /* of g; NaN of one row                                 */
    double min, max;            /* eigenvalues of the Hessian                           */
    double min_error, max_error; /* an eigenvalue is that near                       */
    size_t products;            /* H v that were taken                                  */
    double gradient_tolerance, flat; /* what decided                                    */
    gradus_stationary verdict;
    size_t points;              /* of the path                                          */
    double explained[2];        /* shares of its squared distances from w that d1 and d2
                                   have; 0 without a path                               */
} gradus_landscape_about;
GRADUS_API void gradus_landscape_describe(
    const gradus_landscape *landscape, gradus_landscape_about *about);

/* Losses [lines][columns], the first at a = b = -span; not finite where the loss is not. */
GRADUS_API const double *gradus_landscape_values(const gradus_landscape *landscape);

/* The nets of the path [points]: where they lie on the plane, and their own loss, which is not
 * that of the plane below them. */
typedef struct gradus_landscape_point {
    double a, b, loss;
} gradus_landscape_point;
GRADUS_API const gradus_landscape_point *gradus_landscape_path(
    const gradus_landscape *landscape);

/*
 * How many activation regions a net of `layers` dense layers with widths n_1 ... n_L and a
 * relu behind each can have for n_0 inputs. Doubles: rounded where numbers pass 2^53, infinity
 * where one is too large for them; NaN where a bound does not hold.
 *
 *     single     sum_(j <= n_0) C(n, j) of one layer with all n units: exact (Zaslavsky 1975)
 *     lower      prod_(l < L) floor(n_l/n_0)^n_0 sum_(j <= n_0) C(n_L, j), reached by some
 *                net where all n_l >= n_0 (Montufar et al. 2014)
 *     lower_dead prod_(l < L) (floor(n_l/n_0) + 1)^n_0 sum_(j <= n_0) C(n_L, j), where n_l >=
 *                3 n_0 for l < L (Serra et al. 2018)
 *     upper      no net has more: sum over j_l <= min(n_0, n_1 - j_1, ..., n_(l-1) - j_(l-1),
 *                n_l) of prod C(n_l, j_l) (Serra et al. 2018)
 *     upper_any  the same for any activation of two pieces: prod sum_(j <= d_l) C(n_l, j),
 *                d_l = min(n_0, ..., n_(l-1))
 *     on_line    prod (n_l + 1): at most that many on a line, reached where all n_l >= 3
 *
 * Errors   ARGUMENT: no inputs or no layers; MEMORY.
 */
typedef struct gradus_region_bounds {
    double single, lower, lower_dead, upper, upper_any, on_line;
} gradus_region_bounds;
GRADUS_API GRADUS_CHECKED gradus_status gradus_regions_bound(
    size_t inputs, const size_t *widths, size_t layers, gradus_region_bounds *bounds);

/*
 * The regions of a piecewise linear net: where its units stay on their sides it is affine
 * (docs/math/regions.md). They are counted on a closed box of a plane or line in the space of
 * its inputs,
 *
 *     x = origin + s along[0] (+ t along[1]),    s, t in [min, max]
 *
 * for the net whose weights are the numbers that are stored, computed without rounding. An
 * activation region is the interior of the points at which each unit is on one side; a linear
 * piece is made of those that touch along a side and on which the outputs are the same
 * function. Every sign that a count depends on is exact: where double precision leaves it
 * open, integers decide.
 *
 * Layers are dense ones, batch norm with its running statistics (its factor rounded as in
 * gradus_net_forward()), residual blocks, dropout (off); activations relu, leaky-relu,
 * heaviside, identity. Others may stand at the end only, and are left out then.
 *
 * Errors   ARGUMENT: another activation, a number that is not finite, an empty box, more
 *          than options->max regions; STOPPED, where the observer says so; MEMORY.
 * Cost     of each region a pass through the net in s and t; rarely one in integers, but
 *          nearly always behind some 25 layers.
 */
typedef struct gradus_slice {
    size_t variables;           /* 1: a line; 2: a plane                                  */
    const double *origin;       /* [inputs]; NULL: 0                                      */
    const double *along[2];     /* [inputs]; NULL: the first, the second input            */
    double min[2], max[2];
} gradus_slice;

/* With each region: how many there are, and their share of the box. Nonzero stops (STOPPED). */
typedef int gradus_regions_observer(size_t regions, double share, void *user);

typedef struct gradus_regions_options {
    size_t max;                 /* regions before it gives up, 1,000,000                  */
    gradus_regions_observer *observer; /* or NULL                                         */
    void *user;
} gradus_regions_options;
GRADUS_API void gradus_regions_defaults(gradus_regions_options *options);

typedef struct gradus_regions gradus_regions;
GRADUS_API GRADUS_CHECKED gradus_status gradus_regions_new(
    const gradus_net *net,
    const gradus_slice *slice,
    const gradus_regions_options *options,  /* NULL: defaults                             */
    gradus_regions **regions);
GRADUS_API void gradus_regions_free(gradus_regions *regions);

typedef struct gradus_regions_about {
    size_t variables, outputs;
    size_t units;               /* that change sides: of relu, leaky-relu, heaviside      */
    size_t regions, pieces;
    double min, max;            /* length or area of a region                             */
    const char *ending;         /* the activation at the end that was left out, or NULL   */
    gradus_region_bounds bounds;/* for as many inputs as variables and the net's widths;
                                   all NaN with residual blocks, upper with leaky-relu    */
    uint64_t exact;             /* signs that integers decided                            */
} gradus_regions_about;
GRADUS_API void gradus_regions_describe(
    const gradus_regions *regions, gradus_regions_about *about);

/* A side of a region: a unit changes there. */
typedef struct gradus_region_side {
    size_t layer, unit;         /* dense layer from 1, unit from 0; layer 0: of the box   */
    int above;                  /* the unit is above 0 in the region                      */
} gradus_region_side;

/* Regions of a line come in order, from s = min on; those of a plane in a fixed one. */
typedef struct gradus_region {
    size_t corners;             /* 2 on a line                                            */
    const double *corner;       /* [corners][variables], against the clock                */
    const gradus_region_side *side; /* [corners] side[i] from corner i to the next; on a
                                   line: at corner i                                      */
    double size;                /* length or area                                         */
    size_t piece;               /* < pieces                                               */
    const double *map;          /* [outputs][variables + 1] slopes and the value at s = t
                                   = 0, rounded                                           */
} gradus_region;
GRADUS_API void gradus_regions_region(
    const gradus_regions *regions, size_t index, gradus_region *region);

/* Whether a unit (< about.units, layer after layer) is above 0 in a region. */
GRADUS_API int gradus_regions_above(
    const gradus_regions *regions, size_t region, size_t unit);

/* ---- 9 approximate --------------------------------------------------------------- */

#define GRADUS_VARIABLES 8 /* most variables of a function */

typedef struct gradus_interval {
    double min, max;            /* both belong to it; may be infinite                   */
} gradus_interval;

struct gradus_polynomial;

/*
 * A function f of d variables that a network is built for, or compared with. With `enclose`
 * what is said about the error is a proof; without it, a look at many points.
 *
 *     result[0]            holds f(x) for every x of the box
 *     result[1 + i]        holds df/dx_i                                 order >= 1
 *     result[1 + d + k]    holds d^2f/dx_i dx_j, i <= j, row after row   order 2
 *
 * Where nothing is known an interval is all numbers. Intervals of smaller boxes are narrower.
 */
typedef struct gradus_function {
    size_t inputs;              /* d, 1 to GRADUS_VARIABLES                             */
    double (*value)(const double *x, void *user);
    gradus_status (*enclose)(const gradus_interval *box, int order, gradus_interval *result,
                             void *user);     /* or NULL                                */
    void *user;
    /* f as a polynomial in t, where x_i = (min_i + max_i)/2 + (max_i - min_i)/2 t_i of
     * the box, so that |t_i| <= 1. The caller frees it. ARGUMENT, with the reason: f is none.
     * NULL: nothing is known about that. */
    gradus_status (*polynomial)(const gradus_interval *box,
                                struct gradus_polynomial **polynomial, void *user);
} gradus_function;

/*
 * A polynomial with real coefficients, of each of which an interval is known:
 *
 *     p(x) = sum of coefficient_k x_1^power_k1 ... x_8^power_k8
 *
 * Terms stand in falling order of their powers, each product of powers once; those whose
 * coefficients are 0 are left out.
 *
 * Errors   ARGUMENT: a degree above GRADUS_POLYNOMIAL_DEGREE, more terms than
 *          GRADUS_POLYNOMIAL_TERMS, an interval that is empty or not finite; MEMORY.
 */
#define GRADUS_POLYNOMIAL_DEGREE 64
#define GRADUS_POLYNOMIAL_TERMS 1024

typedef struct gradus_term {
    gradus_interval coefficient;
    unsigned char power[GRADUS_VARIABLES];
} gradus_term;

typedef struct gradus_polynomial gradus_polynomial;
GRADUS_API GRADUS_CHECKED gradus_status gradus_polynomial_new(
    const gradus_context *context,
    const gradus_term *terms,             /* [count] in any order; equal powers add up  */
    size_t count,
    gradus_polynomial **polynomial);
GRADUS_API void gradus_polynomial_free(gradus_polynomial *polynomial);
GRADUS_API const gradus_term *gradus_polynomial_terms(
    const gradus_polynomial *polynomial, size_t *count);
/* The same function in the variables t of gradus_function.polynomial. */
GRADUS_API GRADUS_CHECKED gradus_status gradus_polynomial_on_box(
    const gradus_polynomial *polynomial,
    const gradus_interval *box,           /* [highest variable in use]                  */
    gradus_polynomial **on_box);

/*
 * An expression: a formula for f as one types it (docs/math/expressions.md).
 *
 *     2 * exp(-x^2) + abs(y - 1/3)
 *
 *     x y z, x1 ... x8     variables; x is x1
 *     3  .5  1e-3  pi  e   numbers, exactly what they say: 0.1 is one tenth
 *     + - * / ^ ( )        ^ binds strongest and to the right: -x^2 = -(x^2), 2^3^2 = 2^9;
 *                          x^n with a whole number n is a product of n factors, x^0 = 1,
 *                          other powers are those of numbers x >= 0
 *     sin cos tan exp log sqrt abs tanh sigmoid relu step min max
 *                          in radians; log is the natural one; step(x) is 0 for x <= 0
 *
 * Errors   ARGUMENT: not an expression, saying in which column; longer than
 *          GRADUS_EXPRESSION_LENGTH; a number no double can hold; parentheses, signs and
 *          powers nested deeper than 100; MEMORY.
 */
#define GRADUS_EXPRESSION_LENGTH 4096

typedef struct gradus_expression gradus_expression;
GRADUS_API GRADUS_CHECKED gradus_status gradus_expression_new(
    const gradus_context *context, const char *text, gradus_expression **expression);
GRADUS_API void gradus_expression_free(gradus_expression *expression);
GRADUS_API const char *gradus_expression_text(const gradus_expression *expression);

/* The highest variable in use: 2 of "1 + y", 0 of "1 + 1". */
GRADUS_API size_t gradus_expression_variables(const gradus_expression *expression);

/* f(x) in double; not finite where f is not defined or too large. The same bits on every
 * machine. sin, cos and tan are not a number beyond |x| = 1e9. */
GRADUS_API double gradus_expression_value(const gradus_expression *expression,
                                          const double *x);

/*
 * What an expression computes: operations in postfix order, each on the results of those
 * before it.
 *
 *     name, as it is written, operands
 */
#define GRADUS_OPERATOR_LIST(X) \
    X(NUMBER,   "",        0)   \
    X(VARIABLE, "",        0)   \
    X(PI,       "pi",      0)   \
    X(E,        "e",       0)   \
    X(NEGATE,   "-",       1)   \
    X(ADD,      "+",       2)   \
    X(SUBTRACT, "-",       2)   \
    X(MULTIPLY, "*",       2)   \
    X(DIVIDE,   "/",       2)   \
    X(POWER,    "^",       2)   \
    X(SIN,      "sin",     1)   \
    X(COS,      "cos",     1)   \
    X(TAN,      "tan",     1)   \
    X(EXP,      "exp",     1)   \
    X(LOG,      "log",     1)   \
    X(SQRT,     "sqrt",    1)   \
    X(ABS,      "abs",     1)   \
    X(TANH,     "tanh",    1)   \
    X(SIGMOID,  "sigmoid", 1)   \
    X(RELU,     "relu",    1)   \
    X(STEP,     "step",    1)   \
    X(MIN,      "min",     2)   \
    X(MAX,      "max",     2)

typedef enum gradus_operator {
#define GRADUS_OPERATOR_ENUM(name, text, operands) GRADUS_OPERATOR_##name,
    GRADUS_OPERATOR_LIST(GRADUS_OPERATOR_ENUM)
#undef GRADUS_OPERATOR_ENUM
} gradus_operator;

/* The most results that are waiting for their operation at a time. */
#define GRADUS_EXPRESSION_STACK 64

typedef struct gradus_operation {
    gradus_operator kind;
    double number;              /* NUMBER: the nearest double                           */
    size_t variable;            /* VARIABLE: 0 for x                                    */
    size_t first, length;       /* its text, operands included: text[first], ...        */
} gradus_operation;
GRADUS_API const gradus_operation *gradus_expression_operations(
    const gradus_expression *expression, size_t *count);

/*
 * The expression multiplied out: sums, products, whole powers up to 64 and divisions by
 * constants. Constants are what is written: of 0.1 comes an interval that holds one tenth.
 * With a box in the variables t of gradus_function.polynomial, from the start: (x - 1)^9 near
 * 1 does not cancel.
 *
 * Errors   ARGUMENT: it is no polynomial, or too large a one, saying in which column; MEMORY.
 * Cost     of a product, (terms)(terms) multiplications.
 */
GRADUS_API GRADUS_CHECKED gradus_status gradus_expression_polynomial(
    const gradus_expression *expression,
    const gradus_interval *box,           /* [gradus_expression_variables()], or NULL   */
    gradus_polynomial **polynomial);

/*
 * A net that is built, not trained, so that on a box it differs from f by no more than a
 * bound which is known before anything is measured (docs/math/constructions.md):
 *
 *     |f(x) - net(x)| <= bound       for every x of the closed box
 *
 * for the weights as they are stored, the rounding of gradus_net_predict() included. The
 * number of pieces that f is cut into is the least found that reaches `within`, or the most
 * that `units` allow. The net has float64 weights.
 *
 * Errors   ARGUMENT: unknown or unfit construction, f that is not finite in the box, a bound
 *          out of reach; those of f->enclose; MEMORY.
 * Cost     some enclosures of f for each piece, a few times.
 */
typedef struct gradus_approximation_options {
    const char *activation;     /* of hidden layers: "relu", "sigmoid", "heaviside"; NULL: */
                                /* "relu", or that of the construction                  */
    const char *construction;   /* NULL: the first that fits (gradus_construction_name())*/
    double within;              /* the bound to be reached; NaN: `units` decides        */
    size_t units;               /* hidden units at most; 0: as many as it takes         */
    int compare;                /* 1: also what the other constructions would take      */
} gradus_approximation_options;
GRADUS_API void gradus_approximation_defaults(gradus_approximation_options *options);

typedef struct gradus_approximation gradus_approximation;
GRADUS_API GRADUS_CHECKED gradus_status gradus_approximation_new(
    const gradus_context *context,
    const gradus_function *f,
    const gradus_interval *box,           /* [f->inputs] finite, min < max              */
    const gradus_approximation_options *options,
    gradus_approximation **approximation);
GRADUS_API void gradus_approximation_free(gradus_approximation *approximation);

/* Owned by the approximation. */
GRADUS_API const gradus_net *gradus_approximation_net(
    const gradus_approximation *approximation);

typedef struct gradus_approximation_about {
    const char *construction, *activation;
    const char *about;          /* the construction in a few words                      */
    size_t pieces;              /* of each axis, or in all, as the construction counts  */
    const char *counted;        /* NULL, or what else they are: "layers of each product" */
    size_t units, layers;       /* hidden ones                                          */
    size_t parameters;
    double bound, rounding;     /* the rounding of an evaluation is part of the bound   */
    int proved;                 /* 0: by values of f at many points (no f->enclose)     */
    double measured;            /* the largest |f - net| that was found; not rounded up */
    double at[GRADUS_VARIABLES];/* where                                                */
    size_t points;              /* that were looked at                                  */
} gradus_approximation_about;
GRADUS_API void gradus_approximation_describe(
    const gradus_approximation *approximation, gradus_approximation_about *about);

/* With `compare`: about what another construction would take for the same bound, without
 * `within` for the one that was reached. Of one variable: only constructions for one. */
typedef struct gradus_approximation_other {
    const char *construction, *activation, *about;
    int reached;                /* 0: with no number of pieces that makes sense; then these */
    size_t pieces, units, layers, parameters;  /* are 0                                 */
    int extrapolated;           /* 1: by the law that bounds follow up to 512 units     */
} gradus_approximation_other;
/* NULL past the last. */
GRADUS_API const gradus_approximation_other *gradus_approximation_compare(
    const gradus_approximation *approximation, size_t index);

/*
 * Points (x, y) as a function: straight between neighbours, and on beyond the first and the
 * last one. Rows come in any order; those that stand twice count once.
 *
 * Errors   DATA: fewer than two points, numbers that are not finite, or too large for a slope,
 *          one x with two y; MEMORY.
 */
typedef struct gradus_samples gradus_samples;
GRADUS_API GRADUS_CHECKED gradus_status gradus_samples_new(
    const gradus_context *context,
    const double *x,                      /* [rows]                                     */
    const double *y,                      /* [rows]                                     */
    size_t rows,
    gradus_samples **samples);
GRADUS_API void gradus_samples_free(gradus_samples *samples);

/* Owned by the samples. */
GRADUS_API const gradus_function *gradus_samples_function(const gradus_samples *samples);
/* From the first point to the last one. */
GRADUS_API gradus_interval gradus_samples_box(const gradus_samples *samples);

/*
 * A relu net through all points: k straight pieces take k units. A point makes no piece of its
 * own where it is as near to a line as numbers are rounded: 2^-50 of the largest |x| and |y|.
 *
 * Errors   MEMORY.
 */
GRADUS_API GRADUS_CHECKED gradus_status gradus_samples_interpolate(
    const gradus_samples *samples, gradus_approximation **approximation);

/* Their names, each once: index 0, 1, ...; NULL past the end. */
GRADUS_API const char *gradus_construction_name(size_t index);

/*
 * Networks with known weights, in double, that are small because they are deep
 * (docs/math/depth-theorems.md). Weights are powers of 2 and sums of few of them, but for
 * polynomials; other bounds are of the network computed without rounding.
 *
 * sawtooth    g o g o ... o g, `levels` times, of g(x) = 2 relu(x) - 4 relu(x - 1/2) +
 *             2 relu(x - 1): 2^(levels-1) teeth from 0 to 1 and back on [0, 1], 0 elsewhere;
 *             3 units a level
 * square      f_m(x) = x - sum_(s = 1..m) g_s(x) / 4^s, the interpolant of x^2 on [0, 1] in
 *             2^m pieces: 0 <= f_m - x^2 <= 2^(-2m-2) = bound, reached; m layers, 3m - 1 units
 * product     x y for |x|, |y| <= range by two squares, after the range is rounded up to a
 *             power of 2: |error| <= range^2 2^(-2m-2) = bound, none where x or y is 0;
 *             m + 1 layers, 6m + 2 units
 * polynomial  sum a_k x^k on [min, max] by Horner's rule, a product of m layers for each
 *             degree above 1: an error of at most `bound`, that of rounding included
 *
 * Errors   ARGUMENT: no levels or too many (1000 of the sawtooth, else 500), an empty range, a
 *          degree above GRADUS_POLYNOMIAL_DEGREE, numbers that are too large; MEMORY.
 * Source   Telgarsky, "Representation benefits of deep feedforward networks", 2015;
 *          Yarotsky, "Error bounds for approximations with deep ReLU networks", 2017.
 */
GRADUS_API GRADUS_CHECKED gradus_status gradus_sawtooth_build(
    const gradus_context *context, size_t levels, gradus_net **net);
GRADUS_API GRADUS_CHECKED gradus_status gradus_square_build(
    const gradus_context *context, size_t levels, double *bound, gradus_net **net);
GRADUS_API GRADUS_CHECKED gradus_status gradus_product_build(
    const gradus_context *context, size_t levels, double range, double *bound,
    gradus_net **net);
GRADUS_API GRADUS_CHECKED gradus_status gradus_polynomial_build(
    const gradus_context *context,
    const double *coefficients, /* [terms] of 1, x, x^2, ...                            */
    size_t terms,
    double min, double max,
    size_t levels,
    double *bound,
    gradus_net **net);

/*
 * What no network with one hidden layer of so many relu units does better: sup |error| on
 * x^2, and the integral of |error| of the sawtooth, both over [0, 1].
 *
 *     1 / (8 N^2),    max(0, 1 - (2N + 2) / 2^levels) / 8,    N = units + 1 pieces
 */
GRADUS_API double gradus_square_shallow_error(size_t units);
GRADUS_API double gradus_sawtooth_shallow_error(size_t levels, size_t units);

/*
 * The parity of n bits, 1 where an odd number of them is 1, exactly on all 2^n inputs.
 *
 *     tiles      a unit for each of the 2^(n-1) odd corners: two hidden layers, heaviside
 *     steps      n heaviside units on the sum of the bits, one hidden layer
 *     ramps      the same with n relu units
 *     chain      n - 1 residual blocks of two relu units: x_1 xor x_2, that xor x_3, ...
 *     sawtooth   of the sum over 2^s, s = max(1, ceil(log2 n)) layers of 3 relu units
 *
 * Errors   ARGUMENT: no such way, no bits, more than 1000, of tiles more than 16; MEMORY.
 */
typedef enum gradus_parity {
    GRADUS_PARITY_TILES,
    GRADUS_PARITY_STEPS,
    GRADUS_PARITY_RAMPS,
    GRADUS_PARITY_CHAIN,
    GRADUS_PARITY_SAWTOOTH,
    GRADUS_PARITY_COUNT
} gradus_parity;
GRADUS_API const char *gradus_parity_name(gradus_parity way); /* NULL past the last */
GRADUS_API GRADUS_CHECKED gradus_status gradus_parity_build(
    const gradus_context *context, gradus_parity way, size_t bits, gradus_net **net);

#ifdef __cplusplus
}
#endif
#endif
