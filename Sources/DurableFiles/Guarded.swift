#if ALMANAC_THREAD_SANITIZER
    import Glibc

    /// A value that one thread at a time may touch, in builds for the thread sanitizer.
    ///
    /// `Synchronization.Mutex` waits by system calls that the sanitizer does not know, so that it takes
    /// whatever a mutex guards for a race. The threads library's mutex it knows.
    @safe public final class Guarded<Value>: @unchecked Sendable {
        // The mutex is at one address from init to deinit; the value is touched only between lock
        // and unlock.
        private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        private var value: Value

        public init(_ value: sending Value) {
            self.value = value
            let result = unsafe pthread_mutex_init(mutex, nil)
            precondition(result == 0, "a mutex can be made")
        }

        deinit {
            unsafe pthread_mutex_destroy(mutex)
            unsafe mutex.deallocate()
        }

        /// Runs the closure while no other thread runs one of this object.
        public func withLock<Result, Failure: Error>(
            _ body: (inout Value) throws(Failure) -> Result
        ) throws(Failure) -> Result {
            unsafe pthread_mutex_lock(mutex)
            defer { unsafe pthread_mutex_unlock(mutex) }
            return try body(&value)
        }
    }
#else
    public import Synchronization

    /// A value that one thread at a time may touch.
    public typealias Guarded = Mutex
#endif
