/* SPDX-License-Identifier: MIT */
/* The data files of app/journal/data, as they are, in the program. */
    .section .rodata
    .balign 8
    .macro file name
    .global domain_data_\name
    .global domain_data_\name\()_end
    .type domain_data_\name, %object
    .type domain_data_\name\()_end, %object
domain_data_\name:
    .incbin "app/journal/data/\name\().json"
domain_data_\name\()_end:
    .byte 0
    .endm
    file stages
    file phrases
    file rooms
    file trades
    file checklists
    file hazards
    file reasons
    file leads
    file templates
    .section .note.GNU-stack, "", %progbits
