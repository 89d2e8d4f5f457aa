/* examples/proof.c - what is known for sure about a formula on an interval:
 * cc proof.c $(pkg-config --cflags --libs gradus_proof) -o proof
 * SPDX-License-Identifier: MIT */
#include <gradus_proof.h>
#include <stdio.h>

int main(void)
{
    const gradus_interval box = {-2, 2}, part = {0, 0.25};
    gradus_interval known[3]; /* f, f', f'' */
    gradus_expression *formula = NULL;
    gradus_proof *proof = NULL;
    const gradus_function *f;

    if (gradus_expression_new(NULL, "x/(1 + x^2)", &formula) != GRADUS_OK ||
        gradus_proof_new(NULL, formula, 1, &box, &proof) != GRADUS_OK)
        return fprintf(stderr, "proof: %s\n", gradus_error()), 1;
    f = gradus_proof_function(proof);
    if (f->enclose(&part, 2, known, f->user) != GRADUS_OK)
        return fprintf(stderr, "proof: %s\n", gradus_error()), 1;
    for (int k = 0; k < 3; k++)
        printf("derivative %d is within %.6f and %.6f\n", k, known[k].min, known[k].max);
    gradus_proof_free(proof);
    gradus_expression_free(formula);
    /* f rises there: it is least and most at the ends, 0 and 4/17 */
    return !(known[0].min == 0 && known[0].max < 0.2353 && known[1].min > 0.7);
}
