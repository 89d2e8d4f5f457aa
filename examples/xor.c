/* examples/xor.c - XOR, learned: cc xor.c $(pkg-config --cflags --libs gradus) -o xor
 * SPDX-License-Identifier: MIT */
#include <gradus.h>
#include <stdio.h>

int main(void)
{
    const double x[4][2] = {{0, 0}, {0, 1}, {1, 0}, {1, 1}}, y[4] = {0, 1, 1, 0};
    const gradus_set points = {.rows = 4, .x = x, .y = y};
    double answer[4];
    gradus_net *net;
    gradus_fit_options options;

    gradus_fit_defaults(&options);
    options.optimizer = "sgd";
    options.loss = "mse";
    options.schedule = "constant";
    options.learning_rate = 40;
    options.batch = SIZE_MAX; /* all rows in each step */
    options.epochs = 2000;
    if (gradus_net_new(NULL, "dense 4 start=normal sigmoid output start=normal sigmoid",
                       2, 1, GRADUS_FLOAT64, 1, &net) != GRADUS_OK ||
        gradus_fit(net, &points, NULL, &options, NULL) != GRADUS_OK ||
        gradus_net_predict(net, x, 4, answer) != GRADUS_OK)
        return fprintf(stderr, "xor: %s\n", gradus_error()), 1;
    for (int i = 0; i < 4; i++)
        printf("%g xor %g = %.3f\n", x[i][0], x[i][1], answer[i]);
    gradus_net_free(net);
    return !(answer[0] < 0.1 && answer[1] > 0.9 && answer[2] > 0.9 && answer[3] < 0.1);
}
