import Glibc
import SegmentStore

/// A store in the folder for temporary files that is removed after use.
final class ScratchStore {
    let path: String
    let store: Store

    /// Makes a store in `TMPDIR`, else in `/tmp`, that only this user can read.
    init() throws(ToolFailure) {
        let folder = Environment["TMPDIR"] ?? "/tmp"
        var name = Array((folder + "/almanac-XXXXXX").utf8CString)
        guard unsafe mkdtemp(&name) != nil else {
            throw ToolFailure(
                .inputOutput,
                "\(folder): a temporary folder cannot be made: \(SystemText.ofError(errno))")
        }
        let path = String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        self.path = path
        var options = StoreOptions()
        options.importSampleCountInMemory = 1 << 20
        // It is gone in a while, so it need not leave room for anything else.
        options.diskReserveByteCount = 0
        do throws(StoreError) { store = try Store.open(at: path, options: options) } catch {
            FreshStore.removeFiles(of: path)
            throw ToolFailure(error, store: path)
        }
    }

    deinit {
        store.close()
        FreshStore.removeFiles(of: path)
    }
}
