import Glibc

/// A thread of the system that nothing waits for.
enum DetachedThread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Runs the closure on a new thread.
    ///
    /// - Parameter name: as `top -H` shows it; the system keeps 15 bytes.
    /// - Returns: false where the system has no more threads, and nothing is run then.
    static func start(name: String, _ run: @escaping @Sendable () -> Void) -> Bool {
        var attributes = pthread_attr_t()
        guard unsafe pthread_attr_init(&attributes) == 0 else { return false }
        defer { unsafe pthread_attr_destroy(&attributes) }
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let named = Body {
            setName(name)
            run()
        }
        // The new thread releases what is retained here; if there is none, it is released below.
        let body = unsafe Unmanaged.passRetained(named)
        var thread = pthread_t()
        let result = unsafe pthread_create(
            &thread, &attributes,
            { argument in
                // `argument` is the pointer that is passed below, and is never null.
                unsafe Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue().run()
                return nil
            }, body.toOpaque())
        if result != 0 { unsafe body.release() }
        return result == 0
    }

    /// Names the calling thread. A name that is not set is missed by an operator alone.
    private static func setName(_ name: String) {
        let file = unsafe Glibc.open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        defer { Glibc.close(file) }
        var bytes = Array(name.utf8.prefix(15))
        _ = unsafe Glibc.write(file, &bytes, bytes.count)
    }
}
