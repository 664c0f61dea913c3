//! What cannot be met from outside: network shares, and the gate between processes.

use super::locks::Gate;
use super::place::network_kind;
use super::segment::{spaced, terms, tokens};
use std::path::Path;

#[test]
fn network_shares_are_told_by_the_longest_mount_point() {
    let mounts = "\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /home rw - nfs4 server:/home rw
31 30 8:2 / /home/ada/local\\040disk rw - ext4 /dev/sdb1 rw
32 22 0:41 / /mnt/share rw shared:9 - cifs //server/share rw
33 22 0:42 / /mnt/ssh rw - fuse.sshfs ada@server:/ rw
34 22 0:43 / /over rw - nfs server:/x rw
35 22 8:3 / /over rw - xfs /dev/sdc1 rw
";
    let check = |dir: &str, want: Option<&str>| {
        assert_eq!(network_kind(mounts, Path::new(dir)).as_deref(), want, "{dir}");
    };
    check("/var/lib/cowrite", None);
    check("/home/ada/.local/share/cowrite", Some("nfs4"));
    check("/home/ada/local disk/cowrite", None);
    check("/homestead", None);
    check("/mnt/share", Some("cifs"));
    check("/mnt/ssh/x", Some("fuse.sshfs"));
    check("/over/x", None);
    assert_eq!(network_kind("garbage\n - \n", Path::new("/")), None);
}

#[test]
fn a_lock_is_its_owners_until_it_is_gone() {
    let dir = tempfile::tempdir().expect("a directory");
    let gate = Gate::enter(dir.path()).expect("enters");
    let alive = gate.live("A").expect("locks");
    assert!(gate.take("A").expect("looks").is_none());
    assert!(gate.live("A").is_err());
    assert!(gate.others("B").expect("looks") && !gate.others("A").expect("looks"));
    drop(alive);
    assert!(gate.names().expect("reads").is_empty());
    gate.take("A").expect("looks").expect("is dead").remove();
    assert!(!gate.others("B").expect("looks"));
}

#[test]
fn words_are_cut_as_the_index_cuts_them() {
    let check = |text: &str, want: &str| {
        let found = tokens(text, usize::MAX);
        let words: Vec<&str> = (0..found.count()).map(|index| found.word(index)).collect();
        assert_eq!(words.join("|"), want, "{text}");
    };
    check("It's Déjà-vu, no?", "it|s|deja|vu|no");
    check("e\u{301}te\u{301} \u{301}x", "ete|x");
    check("a数据b", "a|数|据|b");
    check("ЁЛКА straße İ", "ёлка|straße|i");
    check("", "");
    assert_eq!(spaced("a数b"), "a 数 b");
    let found = terms("one \"two three\" fo* cate");
    let raws: Vec<(&str, bool, Option<&str>)> =
        found.iter().map(|t| (t.raw.as_str(), t.prefix, t.short.as_deref())).collect();
    let want = [
        ("one", false, None),
        ("two three", false, None),
        ("fo", true, None),
        ("cate", true, Some("cat")),
    ];
    assert_eq!(raws, want);
}
