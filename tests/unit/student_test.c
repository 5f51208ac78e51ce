/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/student.h"

/* By 30-digit arithmetic; 12.706, 4.303, 3.182, 2.776, 2.571, 2.262, 2.042 and 1.984 are in every printed table. */
static void test_known_values(void **state)
{
  static const double known[][2] = {
    {1.0, 12.706204736174705},    {1.5, 6.0166631044279319},     {2.0, 4.3026527297494639},
    {2.5, 3.5746548420036832},    {3.0, 3.1824463052837096},     {4.0, 2.7764451051977944},
    {5.0, 2.5705818356363155},    {9.0, 2.2621571627982055},     {17.776473516, 2.1028172415713361},
    {29.3, 2.0443204215001405},   {30.0, 2.0422724563012383},    {100.0, 1.9839715185235523},
    {999.5, 1.9623402703838458},  {1000.0, 1.9623390808264085},  {1001.0, 1.9623367052808799},
    {1e4, 1.9602012398906263},    {1e6, 1.959966356814107}
  };
  size_t i;
  (void)state;
  for (i = 0; i < sizeof known / sizeof known[0]; i++) {
    double error = crm__student_95(known[i][0]) / known[i][1] - 1.0;
    assert_true(error < 1e-11 && error > -1e-11);
  }
}

static void test_ends(void **state)
{
  double degrees;
  (void)state;
  assert_true(crm__student_95(0.0) == crm__student_95(1.0));
  assert_true(crm__student_95(1e300) > 1.95996 && crm__student_95(1e300) < 1.95997);
  for (degrees = 1.0; degrees < 3000.0; degrees += 7.3) {
    assert_true(crm__student_95(degrees + 7.3) < crm__student_95(degrees));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_known_values),
    cmocka_unit_test(test_ends)
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
