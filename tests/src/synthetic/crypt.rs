//! The standard security handler of ISO 32000-1, 7.6.3, revisions 2 to 4.

use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use md5::{Digest, Md5};

/// How a file is encrypted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cipher {
    /// Revision 2: RC4 with 40 bits.
    Rc4Short,
    /// Revision 3: RC4 with 128 bits.
    Rc4,
    /// Revision 4: AES with 128 bits.
    Aes,
}

/// The passwords' padding.
const PAD: [u8; 32] = [
    0x28, 0xbf, 0x4e, 0x5e, 0x4e, 0x75, 0x8a, 0x41, 0x64, 0x00, 0x4e, 0x56, 0xff, 0xfa, 0x01, 0x08,
    0x2e, 0x2e, 0x00, 0xb6, 0xd0, 0x68, 0x3e, 0x80, 0x2f, 0x0c, 0xa9, 0xfe, 0x64, 0x53, 0x69, 0x7a,
];

/// What the reader may do: print and copy.
const PERMISSIONS: i32 = -44;

/// The keys of one file.
pub(super) struct Lock {
    cipher: Cipher,
    key: Vec<u8>,
    owner: Vec<u8>,
    user: Vec<u8>,
}

fn md5(parts: &[&[u8]]) -> Vec<u8> {
    let mut hash = Md5::new();
    parts.iter().for_each(|p| hash.update(p));
    hash.finalize().to_vec()
}

fn rc4(key: &[u8], data: &[u8]) -> Vec<u8> {
    let mut s: Vec<u8> = (0..=255).collect();
    let mut j = 0u8;
    for i in 0..256 {
        j = j.wrapping_add(s[i]).wrapping_add(key[i % key.len()]);
        s.swap(i, usize::from(j));
    }
    let (mut i, mut j) = (0u8, 0u8);
    let mut next = || {
        i = i.wrapping_add(1);
        j = j.wrapping_add(s[usize::from(i)]);
        s.swap(usize::from(i), usize::from(j));
        s[usize::from(s[usize::from(i)].wrapping_add(s[usize::from(j)]))]
    };
    data.iter().map(|b| b ^ next()).collect()
}

fn padded(password: &str) -> Vec<u8> {
    password.bytes().chain(PAD).take(32).collect()
}

/// RC4 twenty times with changing keys, as revision 3 wants.
fn rounds(key: &[u8], data: Vec<u8>) -> Vec<u8> {
    (0..20u8).fold(data, |data, round| {
        let key: Vec<u8> = key.iter().map(|b| b ^ round).collect();
        rc4(&key, &data)
    })
}

impl Lock {
    /// The keys for a user password (often empty) and the file's identifier.
    pub(super) fn new(cipher: Cipher, password: &str, id: &[u8]) -> Lock {
        let short = cipher == Cipher::Rc4Short;
        let length = if short { 5 } else { 16 };
        let again = |hash: Vec<u8>| {
            let times = if short { 0 } else { 50 };
            (0..times).fold(hash, |h, _| md5(&[&h[..length]]))
        };
        let owner_key = again(md5(&[&padded("owner")]));
        let owner = if short {
            rc4(&owner_key[..length], &padded(password))
        } else {
            rounds(&owner_key[..length], padded(password))
        };
        let mut key = again(md5(&[&padded(password), &owner, &PERMISSIONS.to_le_bytes(), id]));
        key.truncate(length);
        let user = if short {
            rc4(&key, &PAD)
        } else {
            let mut user = rounds(&key, md5(&[&PAD, id]));
            user.resize(32, 0);
            user
        };
        Lock { cipher, key, owner, user }
    }

    /// The encryption dictionary.
    pub(super) fn dictionary(&self) -> String {
        let hex = |b: &[u8]| b.iter().map(|b| format!("{b:02x}")).collect::<String>();
        let head = match self.cipher {
            Cipher::Rc4Short => "/V 1 /R 2",
            Cipher::Rc4 => "/V 2 /R 3 /Length 128",
            Cipher::Aes => {
                "/V 4 /R 4 /Length 128 /CF << /StdCF << /CFM /AESV2 /AuthEvent /DocOpen \
                 /Length 16 >> >> /StmF /StdCF /StrF /StdCF"
            }
        };
        let (owner, user) = (hex(&self.owner), hex(&self.user));
        format!("<< /Filter /Standard {head} /O <{owner}> /U <{user}> /P {PERMISSIONS} >>")
    }

    /// The bytes of an object's stream or string as they stand in the file.
    pub(super) fn encrypt(&self, object: usize, data: &[u8]) -> Vec<u8> {
        let number = (object as u32).to_le_bytes();
        let salt: &[u8] = if self.cipher == Cipher::Aes { b"sAlT" } else { b"" };
        let mut key = md5(&[&self.key, &number[..3], &[0, 0], salt]);
        key.truncate((self.key.len() + 5).min(16));
        if self.cipher != Cipher::Aes {
            return rc4(&key, data);
        }
        // Cipher block chaining; the first block is the start vector, the last is padded.
        let mut block = [0u8; 16];
        block.copy_from_slice(&key);
        let cipher = Aes128::new(&block.into());
        let mut before = [0u8; 16];
        before.copy_from_slice(&md5(&[&number, b"start"]));
        let mut out = before.to_vec();
        let fill = 16 - data.len() % 16;
        let filled: Vec<u8> = data.iter().copied().chain(vec![fill as u8; fill]).collect();
        for chunk in filled.chunks(16) {
            for (b, c) in before.iter_mut().zip(chunk) {
                *b ^= c;
            }
            let mut block = before.into();
            cipher.encrypt_block(&mut block);
            before = block.into();
            out.extend_from_slice(&before);
        }
        out
    }
}
