// Prints nn_program_table and runs everything in it: a runtime for tests of code generation.
#include "runtime/nnrt.h"
#include <stdio.h>

void nn_print(const char *text) { printf("print: %s\n", text); }

int nn_unused_by_any_program(void) { return 42; }

int main(void) {
  const nn_program *program = &nn_program_table;
  printf("program '%s' '%s' '%s' abi %d level %d\n", program->name, program->doc, program->source,
         (int)(program->abi_version == NNRT_ABI_VERSION), (int)program->cpu_level);
  for (int64_t i = 0; i < program->command_count; ++i) {
    const nn_command *command = &program->commands[i];
    nn_value values[16];
    printf("command '%s' '%s'\n", command->name, command->doc);
    for (int64_t j = 0; j < command->flag_count; ++j) {
      const nn_flag *flag = &command->flags[j];
      values[j] = flag->default_value;
      printf("  flag '%s' '%s' type %d default %d '%s'", flag->name, flag->doc, (int)flag->type,
             (int)flag->has_default, flag->default_text);
      if (!flag->has_default)
        printf("\n");
      else if (flag->type == NN_FLAG_FLOAT)
        printf(" = %g\n", flag->default_value.f64);
      else if (flag->type == NN_FLAG_F32)
        printf(" = %g\n", flag->default_value.f32);
      else if (flag->type == NN_FLAG_STR || flag->type == NN_FLAG_PATH)
        printf(" = '%s'\n", flag->default_value.str);
      else
        printf(" = %lld\n", (long long)flag->default_value.i64);
    }
    command->run(values);
  }
  for (int64_t i = 0; i < program->test_count; ++i) {
    printf("test '%s' '%s'\n", program->tests[i].name, program->tests[i].location);
    program->tests[i].run(0);
  }
  return 0;
}
