// Memory that is not used any more goes back to the system.
#pragma once

namespace dltrain {

// From now on, large blocks (1 MiB or more) come from the system and go back to it when they are freed, and little is
// kept of the others. Without this the allocator keeps blocks of up to 32 MiB once it has seen one of them, so that
// copies of weights that lived for a moment stay part of what the program takes. Call at the start of a program.
void keep_little_free_memory();

}  // namespace dltrain
