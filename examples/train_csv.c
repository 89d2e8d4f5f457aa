/*
 * examples/train_csv.c - from a CSV file to a model file, and its held-out accuracy
 *
 *     ./train_csv iris.csv class iris.gradus
 *
 * SPDX-License-Identifier: MIT
 */
#include <gradus.h>
#include <math.h>
#include <stdio.h>

static int print_epoch(const gradus_progress *progress, void *user)
{
    (void)user;
    if (progress->end_of_epoch && progress->epoch % 10 == 0)
        printf("epoch %3zu  train loss %.4f  held-out loss %.4f\n", progress->epoch,
               progress->train_loss, progress->valid.loss);
    return 0;
}

static gradus_status train(const char *table, const char *target, const char *model)
{
    gradus_status status;
    gradus_data *data = NULL;
    gradus_trainer *trainer = NULL;
    gradus_train_options options;
    gradus_trainer_about plan;
    gradus_fit_report report;

    gradus_train_defaults(&options);
    options.target = target;
    options.fit.observer = print_epoch;
    if ((status = gradus_data_read(NULL, table, NULL, &data)) != GRADUS_OK)
        goto done;
    if ((status = gradus_trainer_new(NULL, data, NULL, &options, &trainer)) != GRADUS_OK)
        goto done;
    gradus_trainer_describe(trainer, &plan);
    printf("%zu rows to learn from, %zu held out\n", plan.train_rows, plan.valid_rows);
    if ((status = gradus_trainer_run(trainer, &report)) != GRADUS_OK)
        goto done;
    if (isnan(report.valid.accuracy))
        printf("epoch %zu kept: rmse %g (always the mean: %g)\n", report.best_epoch,
               report.valid.rmse, plan.trivial.rmse);
    else
        printf("epoch %zu kept: accuracy %.3f (always the commonest class: %.3f)\n",
               report.best_epoch, report.valid.accuracy, plan.trivial.accuracy);
    status = gradus_model_save(gradus_trainer_model(trainer), model);
done:
    gradus_trainer_free(trainer);
    gradus_data_free(data);
    return status;
}

int main(int count, char **arguments)
{
    if (count != 4) {
        fprintf(stderr, "usage: %s TABLE TARGET MODEL\n", arguments[0]);
        return 2;
    }
    const gradus_status status = train(arguments[1], arguments[2], arguments[3]);
    if (status != GRADUS_OK)
        fprintf(stderr, "train_csv: %s\n", gradus_error());
    return gradus_status_exit_code(status);
}
