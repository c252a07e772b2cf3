import Foundation
import Testing

@testable import DurableFiles

@Suite("PosixLock") struct PosixLockTests {
    @Test("is refused while another process holds it, and free once that is killed")
    func otherProcess() throws {
        try withPosixStorage { storage in
            // One process, by -F, that says when it has the lock and keeps it until it is killed.
            let child = try Child(
                "flock", "-F", "\(storage.root)/LOCK", "sh", "-c", "echo held; exec cat")
            #expect(child.firstLine() == "held")
            let error = #expect(throws: StorageError.self) {
                try storage.lock("LOCK", waiting: .milliseconds(1))
            }
            #expect(error?.code == .locked)
            #expect(error?.holder == nil)
            child.kill()
            try storage.lock("LOCK", waiting: .seconds(10)).release()
        }
    }

    @Test("is not inherited by programs that are started meanwhile")
    func notInherited() throws {
        try withPosixStorage { storage in
            let lock = try storage.lock("LOCK", waiting: .zero)
            let child = try Child("sh", "-c", "echo runs; exec cat")
            #expect(child.firstLine() == "runs")
            lock.release()
            try storage.lock("LOCK", waiting: .zero).release()
            child.kill()
        }
    }

    /// Between fork and exec a program that is being started has copies of all descriptors. The lock
    /// stayed with them for that moment, and the next holder was refused.
    @Test("is free once it was released, whatever copies of its descriptors there are")
    func copiedDescriptors() throws {
        try withPosixStorage { storage in
            let lock = try storage.lock("LOCK", waiting: .zero)
            let files = FileManager.default
            let copies = try files.contentsOfDirectory(atPath: "/proc/self/fd").filter { number in
                let target = try? files.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(number)")
                return target?.hasPrefix(storage.root) ?? false
            }.map { dup(Int32($0)!) }
            defer { for copy in copies { close(copy) } }
            // The folder of the storage, the lock's file and the lock's folder.
            #expect(copies.count == 3)
            lock.release()
            try storage.lock("LOCK", waiting: .zero).release()
        }
    }

    /// `rm LOCK` beside a running writer let a second writer in: it made a new file of that name
    /// and locked that.
    @Test("keeps a second writer out although somebody has removed its file")
    func removedFile() throws {
        try withPosixStorage { storage in
            let lock = try storage.lock("LOCK", waiting: .zero)
            unlink("\(storage.root)/LOCK")
            let second = try PosixStorage(root: storage.root)
            for _ in 0..<2 {
                let error = #expect(throws: StorageError.self) {
                    try second.lock("LOCK", waiting: .milliseconds(20))
                }
                #expect(error?.code == .locked)
            }
            lock.release()
            try second.lock("LOCK", waiting: .seconds(10)).release()
        }
    }

    @Test("does not take the lock of a file that lost its name while it waited")
    func replacedFile() throws {
        try withPosixStorage { storage in
            let path = "\(storage.root)/LOCK"
            let child = try Child(
                "flock", "-F", path, "sh", "-c", "echo held; exec cat")
            #expect(child.firstLine() == "held")
            #expect(rename(path, path + ".old") == 0)
            // The old file's lock is held; the name is free and made anew.
            let lock = try storage.lock("LOCK", waiting: .seconds(10))
            let script = "flock -n '\(path)' echo taken || echo refused"
            #expect(try Child("sh", "-c", script).firstLine() == "refused")
            lock.release()
            child.kill()
        }
    }

    @Test("keeps other processes out")
    func keepsOut() throws {
        try withPosixStorage { storage in
            let lock = try storage.lock("LOCK", waiting: .zero)
            let path = "\(storage.root)/LOCK"
            let script = "flock -n '\(path)' echo taken || echo refused"
            #expect(try Child("sh", "-c", script).firstLine() == "refused")
            lock.release()
            #expect(try Child("sh", "-c", script).firstLine() == "taken")
        }
    }
}

@Suite("LockHolder") struct LockHolderTests {
    @Test("is seen alive, gone or unknown from number, start, machine's run and container")
    func liveness() {
        let current = LockHolder.current()
        #expect(current.observed().liveness == .alive)
        #expect(current.startTime > 0 && !current.bootID.isEmpty && !current.program.isEmpty)
        var other = current
        other.startTime += 1
        #expect(other.observed().liveness == .gone)
        other = current
        other.bootID = "another"
        #expect(other.observed().liveness == .gone)
        other = current
        other.processNamespace = "pid:[1]"
        #expect(other.observed().liveness == .unknown)
        other = current
        other.processID = .max
        #expect(other.observed().liveness == .gone)
    }

    @Test("is gone as soon as its process has ended, though nobody has collected it")
    func zombie() throws {
        var number: pid_t = 0
        let arguments = [strdup("true"), nil]
        defer { free(arguments[0]) }
        try #require(posix_spawnp(&number, "true", nil, nil, arguments, environ) == 0)
        // Waits for the end and leaves the process in the table.
        var info = siginfo_t()
        try #require(waitid(P_PID, id_t(number), &info, WEXITED | WNOWAIT) == 0)
        var holder = LockHolder.current()
        holder.processID = number
        holder.startTime = ProcessStatus(of: number)?.startTime ?? 0
        #expect(holder.startTime > 0)
        #expect(holder.observed().liveness == .gone)
        waitpid(number, nil, 0)
    }

    @Test("survives its record, whatever the program is called")
    func record() {
        var holder = LockHolder.current()
        holder.liveness = .unknown
        #expect(LockRecord.decode(LockRecord.encode(holder)) == holder)
        holder.program = "a (b) c"
        #expect(LockRecord.decode(LockRecord.encode(holder)) == holder)
        holder.program = String(repeating: "x\n", count: 300)
        let bytes = LockRecord.encode(holder)
        #expect(bytes.count == LockRecord.byteCount)
        #expect(LockRecord.decode(bytes)?.processID == holder.processID)
        #expect(LockRecord.decode(LockRecord.released) == nil)
    }

    @Test("is nobody at every truncation and in foreign text")
    func damaged() {
        let bytes = LockRecord.encode(.current())
        for length in 0..<18 { #expect(LockRecord.decode(Array(bytes[..<length])) == nil) }
        #expect(LockRecord.decode(someBytes(512)) == nil)
        #expect(LockRecord.decode(Array("almanac lock 1\npid -5\n".utf8)) == nil)
    }
}

/// A program that runs beside the test, with pipes to both its ends.
private final class Child {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    init(_ arguments: String...) throws {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardInput = input
        process.standardOutput = output
        try process.run()
    }

    /// Waits for the first line that the program prints.
    func firstLine() -> String {
        let bytes = output.fileHandleForReading.availableData
        return String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
    }

    /// Ends it without a chance to clean up, and waits until it is gone.
    func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
