import ColumnCodec
import DurableFiles
import TimeSeriesModel

/// What the log holds behind the last flush, in LSN order.
struct LogContent: Sendable {
    var frames: [RecordFrame] = []
    /// Bytes of these frames.
    var byteCount = 0
    /// Frames that were lost although they had been acknowledged.
    var damage: [Damage] = []
    /// The highest LSN of any valid frame, used or torn off.
    var highestLSN: LSN = 0
    /// Every log file that was found and may be needed.
    var files: [StoreFile] = []
    /// By path, what follows the last valid frame of each file.
    var tails: [String: LogTail] = [:]
    /// LSNs that are lost, between those that were salvaged.
    var holes: [ClosedRange<LSN>] = []
    /// The first LSN found, where it is not the one expected: somebody flushed meanwhile.
    var startsTooLate = false
}

/// Reads the log files of a store from the first LSN that is not in segments.
///
/// At the first missing or bad LSN x it looks on: a valid frame that was written when x had been
/// synced already proves damage; otherwise x and all behind it were never acknowledged as durable,
/// and are left out.
struct LogReader {
    private let storage: any Storage
    private let manifest: Manifest
    private var content = LogContent()
    private var expected: LSN
    /// Where reading stopped: the first LSN that is not there.
    private var broken: (file: String, offset: Int, detail: String)?
    private var proof: LSN = 0
    /// Valid frames behind the first that is missing.
    private var later: [RecordFrame] = []

    /// - Parameter salvaging: where damage is found, whether what stands behind it is taken too.
    static func read(
        _ storage: any Storage, _ manifest: Manifest, salvaging: Bool = false
    ) throws(StoreError) -> LogContent {
        var reader = LogReader(storage, manifest)
        try reader.read()
        if salvaging { reader.salvage() }
        return reader.content
    }

    /// The greatest number that a manifest can name: a record with a greater one is not ours.
    static let lsnMax = LSN(JSONValue.integerMax)

    private init(_ storage: any Storage, _ manifest: Manifest) {
        self.storage = storage
        self.manifest = manifest
        expected = manifest.flushedLSN + 1
    }

    private mutating func read() throws(StoreError) {
        do throws(StorageError) {
            for name in try storage.list(StoreLayout.logFolder) {
                guard let file = StoreFile(folder: StoreLayout.logFolder, name: name) else {
                    continue
                }
                // An older file is in segments. If a crash brought its name back, its blocks may
                // have become another file's since, so its bytes prove nothing.
                guard file.id >= manifest.firstLogID else { continue }
                content.files.append(file)
            }
        } catch {
            guard error.code == .notFound else { throw StoreError(error) }
        }
        content.files.sort { $0.id < $1.id }
        for file in content.files { try read(file) }
        if let broken, proof >= expected {
            content.damage.append(
                Damage(
                    file: broken.file, offset: broken.offset, reason: .badLog, losesSamples: true,
                    detail: "\(broken.detail); a later record proves that it had been synced"))
        }
    }

    /// Takes what stands behind holes, as far as it is proved that the holes were written: what
    /// follows a hole that may never have been written was never acknowledged either.
    private mutating func salvage() {
        for frame in later.sorted(by: { $0.lsn < $1.lsn }) where frame.lsn >= expected {
            if frame.lsn > expected {
                guard proof >= expected else { return }
                content.holes.append(expected...frame.lsn - 1)
            }
            content.frames.append(frame)
            content.byteCount += frame.byteCount
            expected = frame.lsn + 1
        }
    }

    private mutating func read(_ file: StoreFile) throws(StoreError) {
        let handle: any StorageFile
        let byteCount: Int
        let prefix: [UInt8]
        do throws(StorageError) {
            handle = try storage.open(file.path, .read)
            byteCount = try handle.byteCount()
            prefix = try handle.read(at: 0, byteCount: FileKind.log.contentOffset)
        } catch {
            // A writer drops a log file once its frames are in segments.
            guard error.code == .notFound else { throw StoreError(error) }
            return
        }
        defer { handle.close() }
        guard let header = try header(of: file, prefix, handle) else {
            // Its header may come yet.
            content.tails[file.path] = LogTail(
                of: prefix[...], from: 0, isAll: byteCount <= prefix.count)
            return
        }
        var reader = RecordFileReader(
            handle, from: FileKind.log.contentOffset, to: byteCount, salt: header.fileSalt)
        while let step = try reader.next() {
            switch step {
            case .frame(let found):
                take(found, file)
            case .fault(let fault):
                content.tails[file.path] = LogTail(
                    of: reader.ahead, from: fault.offset, isAll: reader.aheadIsAll)
                // Zeros after the last frame are the rule; they end the file unless frames follow.
                stop(file.path, fault.offset, fault.detail)
                let plausible = manifest.flushedLSN + 1...LogReader.lsnMax
                guard try reader.skipToNextFrame(lsn: plausible) != nil else { return }
            }
        }
        content.tails[file.path] = LogTail(of: [], from: reader.end, isAll: true)
    }

    private mutating func header(
        of file: StoreFile, _ prefix: [UInt8], _ handle: any StorageFile
    ) throws(StoreError) -> FileHeader? {
        do throws(StoreError) {
            let found = try FileHeader.decodeLog(
                prefix, file: file.path, storeID: manifest.storeID, id: file.id)
            content.damage += found.damage
            return found.header
        } catch {
            guard error.code != .unsupported else { throw error }
            // A crash may leave a file whose header never reached the disk; nothing in it was
            // acknowledged, since the header is synced before the first frame. A file with frames
            // had a header.
            if try RecordFileReader.hasContent(handle, from: FileKind.log.contentOffset) {
                content.damage.append(
                    Damage(
                        file: file.path, offset: 0, reason: .badLog, losesSamples: true,
                        detail: "neither header can be read, and records follow them"))
            }
            return nil
        }
    }

    private mutating func take(_ found: LocatedFrame, _ file: StoreFile) {
        let frame = found.frame
        guard frame.lsn <= LogReader.lsnMax else {
            return stop(
                file.path, found.offset,
                "LSN \(frame.lsn) found, at most \(LogReader.lsnMax) expected")
        }
        content.highestLSN = max(content.highestLSN, frame.lsn)
        guard frame.lsn > manifest.flushedLSN else { return }
        if frame.distance < .max {
            proof = max(proof, frame.lsn - min(frame.lsn, LSN(frame.distance)))
        }
        guard frame.lsn == expected else {
            if frame.lsn > expected { later.append(frame) }
            if broken != nil { return }
            if frame.lsn > expected, content.frames.isEmpty { content.startsTooLate = true }
            if frame.lsn > expected {
                stop(
                    file.path, found.offset, "LSN \(frame.lsn) found, \(expected) expected",
                    isHole: true)
            }
            return
        }
        // What looked like an end was the zero tail of the file before this one.
        broken = nil
        content.frames.append(frame)
        content.byteCount += frame.byteCount
        expected = frame.lsn + 1
    }

    private mutating func stop(
        _ file: String, _ offset: Int, _ detail: String, isHole: Bool = false
    ) {
        if broken == nil || isHole { broken = (file, offset, detail) }
    }
}
