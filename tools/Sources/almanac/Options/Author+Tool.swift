import Almanac
import Glibc

extension Author {
    /// The user of the operating system who runs the tool; the number of one without a name.
    static var operatingUser: Author {
        let user = getuid()
        // The tool has one thread here, so no other call changes the entry meanwhile.
        let name = unsafe getpwuid(user).flatMap { entry in
            unsafe entry.pointee.pw_name.map { unsafe String(cString: $0) }
        }
        return Author(userID: name ?? String(user), source: "tool")
    }
}
