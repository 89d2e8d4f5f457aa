/*
 * examples/own_activation.c - an activation and a loss of your own
 *
 * Registered with a context, their names work everywhere: in descriptions, in training,
 * and for the gradient. Here: a sine network fitted to a curve with a loss that forgives
 * outliers, log cosh(f(x) - y), and its gradient compared with a difference quotient.
 *
 * SPDX-License-Identifier: MIT
 */
#include <gradus.h>
#include <math.h>
#include <stdio.h>

enum { POINTS = 200 };

static double sine(double z, void *user)
{
    (void)user;
    return sin(z);
}

static double sine_slope(double z, void *user)
{
    (void)user;
    return cos(z);
}

/* log cosh r = |r| + log(1 + e^(-2|r|)) - log 2;  d/dr = tanh r */
static double log_cosh(const double *output, const double *target, size_t outputs,
                       double *gradient, void *user)
{
    double sum = 0;
    (void)user;
    for (size_t j = 0; j < outputs; j++) {
        const double r = output[j] - target[j], size = fabs(r);
        sum += size + log1p(exp(-2 * size)) - log(2);
        gradient[j] = tanh(r);
    }
    return sum;
}

/* The largest share by which the first layer's gradient misses a difference quotient. */
static double gradient_error(gradus_net *net, const gradus_set *set)
{
    double gradient[64], w[16], loss[2], worst = 0;
    const double h = 1e-6;
    if (gradus_net_gradient(net, "log-cosh", set, 1, loss, gradient, NULL) != GRADUS_OK)
        return 1;
    gradus_net_get(net, 0, w);
    for (int i = 0; i < 16; i++) {
        for (int side = 0; side < 2; side++) {
            w[i] += side == 0 ? h : -2 * h;
            gradus_net_set(net, 0, w);
            if (gradus_net_gradient(net, "log-cosh", set, 1, &loss[side], NULL, NULL) !=
                GRADUS_OK)
                return 1;
        }
        w[i] += h;
        worst = fmax(worst, fabs((loss[0] - loss[1]) / (2 * h) - gradient[i]));
    }
    gradus_net_set(net, 0, w);
    return worst;
}

int main(void)
{
    static double x[POINTS], y[POINTS];
    const gradus_activation activation = {"sine", sine, sine_slope, NULL};
    const gradus_loss loss = {"log-cosh", log_cosh, NULL};
    const gradus_set set = {.rows = POINTS, .x = x, .y = y};
    gradus_context *context;
    gradus_net *net;
    gradus_fit_options options;
    gradus_fit_report report;
    double error;

    for (int i = 0; i < POINTS; i++) {
        x[i] = 6.0 * i / POINTS - 3;
        y[i] = sin(2 * x[i]) + (i % 50 == 0 ? 5 : 0); /* some outliers */
    }
    gradus_fit_defaults(&options);
    options.loss = "log-cosh";
    options.epochs = 500;
    options.learning_rate = 0.01;
    if (gradus_context_new(NULL, &context) != GRADUS_OK ||
        gradus_context_add_activation(context, &activation) != GRADUS_OK ||
        gradus_context_add_loss(context, &loss) != GRADUS_OK ||
        gradus_net_new(context, "dense 16 sine output", 1, 1, GRADUS_FLOAT64, 1, &net) !=
            GRADUS_OK) {
        fprintf(stderr, "own_activation: %s\n", gradus_error());
        return 1;
    }
    error = gradient_error(net, &set);
    printf("largest difference from the difference quotient: %.1e\n", error);
    if (gradus_fit(net, &set, NULL, &options, &report) != GRADUS_OK) {
        fprintf(stderr, "own_activation: %s\n", gradus_error());
        return 1;
    }
    printf("loss after %zu epochs: %.4f\n", report.epochs, report.train_loss);
    gradus_net_free(net);
    gradus_context_free(context);
    return error < 1e-8 && report.train_loss < 0.15 ? 0 : 1;
}
