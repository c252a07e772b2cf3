import Glibc

/// Runs a system call until no signal interrupts it.
///
/// Returns what the call returned, or the negative error number, as the kernel itself does: `errno`
/// is read here, before anything else can change it.
@inline(__always)
func retryingInterrupts(_ call: () -> Int) -> Int {
    while true {
        let result = call()
        if result >= 0 { return result }
        let number = errno
        if number != EINTR { return -Int(number) }
    }
}
