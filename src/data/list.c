/* data/list.c - lists of names in options, "a,b", and columns by name.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "base/status.h"
#include "data/table.h"

static const char *skip_blanks(const char *p)
{
    return p + strspn(p, " \t");
}

/* A quoted item; returns what follows its closing quote. */
static const char *read_quoted(const char *p, gr_text *item, gradus_status *status)
{
    while (*status == GRADUS_OK && *p != 0) {
        size_t run = strcspn(p, "\"");
        *status = gr_text_add_bytes(item, p, run);
        p += run;
        if (*p == 0 || *++p != '"')
            break;
        if (*status == GRADUS_OK)
            *status = gr_text_add_bytes(item, p++, 1);
    }
    return p;
}

bool gr_list_next(gr_list *list, gradus_status *status)
{
    if (list->rest == NULL)
        return false;
    list->item.length = 0;
    *status = gr_text_add_bytes(&list->item, "", 0);
    const char *p = skip_blanks(list->rest);
    if (*p == '"')
        p = skip_blanks(read_quoted(p + 1, &list->item, status));
    size_t run = strcspn(p, ","), length = run;
    while (length > 0 && (p[length - 1] == ' ' || p[length - 1] == '\t'))
        length--;
    if (*status == GRADUS_OK)
        *status = gr_text_add_bytes(&list->item, p, length);
    list->rest = p[run] == ',' ? p + run + 1 : NULL;
    return *status == GRADUS_OK;
}

static const char *name_of(size_t index, const void *list)
{
    return ((const gradus_data *)list)->column[index].name;
}

gradus_status gr_data_find(const gradus_data *data, const char *name, const char *role,
                           size_t *column)
{
    *column = gradus_data_find(data, name);
    if (*column != SIZE_MAX)
        return GRADUS_OK;
    const char *near = gr_nearest(name, name_of, data, data->columns);
    if (near != NULL)
        return gr_fail(GRADUS_ARGUMENT, "%s: no column \"%s\": did you mean \"%s\"?",
                       role, name, near);
    char names[200] = "";
    size_t used = 0, i = 0;
    for (; i < data->columns; i++) {
        size_t length = strlen(data->column[i].name);
        if (used + length + 2 >= sizeof names)
            break;
        if (used > 0) {
            memcpy(names + used, ", ", 2);
            used += 2;
        }
        memcpy(names + used, data->column[i].name, length + 1);
        used += length;
    }
    return gr_fail(GRADUS_ARGUMENT, "%s: no column \"%s\": there are %s%s", role, name,
                   used > 0 ? names : "columns of long names",
                   used > 0 && i < data->columns ? ", ..." : "");
}

gradus_status gr_data_mark(const gradus_data *data, const char *list, const char *role,
                           bool *marks)
{
    gradus_status status = GRADUS_OK;
    if (list == NULL || *list == 0)
        return GRADUS_OK;
    gr_list items = {list, {.context = data->context}};
    while (gr_list_next(&items, &status)) {
        size_t column;
        status = gr_data_find(data, items.item.text, role, &column);
        if (status != GRADUS_OK)
            break;
        marks[column] = true;
    }
    gr_release(data->context, items.item.text);
    return status;
}
