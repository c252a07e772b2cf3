import Glibc

/// The owner and the permissions that files made by root take from the root folder of a storage.
///
/// An operator who writes with `sudo` into the store of a service would otherwise leave files that
/// the service cannot open, and with a strict umask not even read.
struct InheritedOwner: Sendable {
    private let user: uid_t
    private let group: gid_t
    private let mode: mode_t

    /// The bit of a folder that hands its group on to what is made in it.
    private static let groupBit: mode_t = 0o2000

    /// `nil` if the system already gives files the right owner: the process is not root, or the
    /// folder is its own.
    init?(of folder: Descriptor) {
        guard geteuid() == 0 else { return nil }
        var status = stat()
        guard folder.call({ Int(unsafe fstat($0, &status)) }) >= 0,
            status.st_uid != geteuid() || status.st_gid != getegid()
        else { return nil }
        user = status.st_uid
        group = status.st_gid
        mode = status.st_mode
    }

    /// Gives a new file the folder's owner and its permissions, without those to execute.
    func apply(toFile file: Descriptor) { apply(to: file, mode & 0o666) }

    /// Gives a new folder the folder's owner and its permissions.
    func apply(toFolder folder: Descriptor) {
        apply(to: folder, mode & (0o777 | InheritedOwner.groupBit))
    }

    /// A file system without owners and a container that does not map this owner refuse the change.
    /// The file then keeps its creator: refusing to write there would help no one.
    private func apply(to descriptor: Descriptor, _ mode: mode_t) {
        // The owner first: the system takes bits off the mode when the owner changes.
        guard descriptor.call({ Int(fchown($0, user, group)) }) >= 0 else { return }
        _ = descriptor.call { Int(fchmod($0, mode)) }
    }
}
