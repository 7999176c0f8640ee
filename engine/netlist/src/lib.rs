//! SPICE cards as data: one file per dialect, written and read back; simulators as child processes
