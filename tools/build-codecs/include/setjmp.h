// WebAssembly has no stack to unwind: a library that gives up ends its module's call with a trap, which JavaScript catches.
#ifndef VISAVIS_SETJMP_H
#define VISAVIS_SETJMP_H
typedef int jmp_buf[1];
#define setjmp(place) ((place)[0] = 0)
#define longjmp(place, value) ((void)(place), (void)(value), __builtin_trap())
#endif
