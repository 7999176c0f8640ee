//! Picks the widest instruction set of the machine. This is the only module with unsafe code:
//! a function compiled for AVX2 may be called only where the processor has it, which the
//! compiler cannot know and [`Cpu::detect`] checks.
#![expect(
    unsafe_code,
    reason = "calls of functions compiled for instruction sets found at run time"
)]

use crate::Mode;
use crate::program::Instruction;
use crate::scalar::Scalar;

/// The instruction set in use and whether products and sums are fused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Cpu {
    /// What every machine of the architecture has, without fused operations.
    Plain,
    /// NEON with fused operations.
    #[cfg(target_arch = "aarch64")]
    Fused,
    /// AVX2 without fused operations: the same bits as [`Cpu::Plain`].
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// AVX2 with fused operations.
    #[cfg(target_arch = "x86_64")]
    Avx2Fused,
    /// AVX-512 without fused operations: the same bits as [`Cpu::Plain`].
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// AVX-512 with fused operations.
    #[cfg(target_arch = "x86_64")]
    Avx512Fused,
}

impl Cpu {
    /// The fastest way to run in a mode on this machine.
    pub(crate) fn detect(mode: Mode) -> Cpu {
        Cpu::all(mode).pop().unwrap_or(Cpu::Plain)
    }

    /// Every way to run in a mode on this machine, the slowest first.
    pub(crate) fn all(mode: Mode) -> Vec<Cpu> {
        #[allow(unused_mut, reason = "architectures without vector sets add nothing")]
        let mut found = vec![Cpu::Plain];
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = std::is_x86_feature_detected!("avx2");
            let fused = avx2 && std::is_x86_feature_detected!("fma");
            let avx512 = fused
                && std::is_x86_feature_detected!("avx512f")
                && std::is_x86_feature_detected!("avx512dq")
                && std::is_x86_feature_detected!("avx512vl");
            match mode {
                Mode::Portable => {
                    found.extend(avx2.then_some(Cpu::Avx2));
                    found.extend(avx512.then_some(Cpu::Avx512));
                }
                Mode::Fast => {
                    found.extend(fused.then_some(Cpu::Avx2Fused));
                    found.extend(avx512.then_some(Cpu::Avx512Fused));
                }
            }
        }
        #[cfg(target_arch = "aarch64")]
        if mode == Mode::Fast {
            found.push(Cpu::Fused);
        }
        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
        let _ = mode;
        found
    }
}

macro_rules! versions {
    ($module:ident, $($body:ident)::+, ($($argument:ident : $type:ty),*)) => {
        mod $module {
            use super::*;
            use $($body)::+ as body;

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2")]
            pub(super) fn avx2<const W: usize>($($argument: $type),*) {
                body::<false, W>($($argument),*);
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            pub(super) fn avx2_fused<const W: usize>($($argument: $type),*) {
                body::<true, W>($($argument),*);
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma,avx512f,avx512dq,avx512vl")]
            pub(super) fn avx512<const W: usize>($($argument: $type),*) {
                body::<false, W>($($argument),*);
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma,avx512f,avx512dq,avx512vl")]
            pub(super) fn avx512_fused<const W: usize>($($argument: $type),*) {
                body::<true, W>($($argument),*);
            }

            pub(super) fn plain<const W: usize>($($argument: $type),*) {
                body::<false, W>($($argument),*);
            }

            #[cfg(target_arch = "aarch64")]
            pub(super) fn fused<const W: usize>($($argument: $type),*) {
                body::<true, W>($($argument),*);
            }
        }
    };
}

versions!(
    run_versions,
    crate::run::body,
    (code: &[Instruction], registers: &mut [[f64; W]], uniforms: &[[f64; 1]])
);
versions!(propose_versions, crate::scalar::propose, (state: &mut Scalar<W>));

macro_rules! call {
    ($cpu:expr, $module:ident, $($argument:expr),*) => {
        match $cpu {
            Cpu::Plain => $module::plain($($argument),*),
            #[cfg(target_arch = "aarch64")]
            Cpu::Fused => $module::fused($($argument),*),
            // SAFETY (all four): these values come from `Cpu::all` alone, which makes them only
            // when the processor has the instruction set.
            #[cfg(target_arch = "x86_64")]
            Cpu::Avx2 => unsafe { $module::avx2($($argument),*) },
            #[cfg(target_arch = "x86_64")]
            Cpu::Avx2Fused => unsafe { $module::avx2_fused($($argument),*) },
            #[cfg(target_arch = "x86_64")]
            Cpu::Avx512 => unsafe { $module::avx512($($argument),*) },
            #[cfg(target_arch = "x86_64")]
            Cpu::Avx512Fused => unsafe { $module::avx512_fused($($argument),*) },
        }
    };
}

/// Runs varying code.
pub(crate) fn run<const W: usize>(
    cpu: Cpu,
    code: &[Instruction],
    registers: &mut [[f64; W]],
    uniforms: &[[f64; 1]],
) {
    call!(cpu, run_versions, code, registers, uniforms);
}

/// Proposes the next potentials; see [`crate::scalar::propose`].
pub(crate) fn propose<const W: usize>(cpu: Cpu, state: &mut Scalar<W>) {
    call!(cpu, propose_versions, state);
}
