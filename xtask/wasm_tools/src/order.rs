//! The order of the functions in the wasm: like beside like, for brotli.
//!
//! A compressor says what it has seen before by how far back that was, and says a short way in
//! fewer bits. walrus writes the largest function first, which puts nothing beside its like: 3 KB
//! of what a browser downloads.

use std::collections::HashMap;

use anyhow::{Context, Result};
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{CodeSection, FunctionSection, Module};
use wasmparser::{CodeSectionReader, FunctionSectionReader, Parser, Payload, TypeRef};

/// As many bytes in a row count as something that two functions share: an instruction or two.
const SHARED_BYTES: usize = 4;

/// What so many functions have says nothing of how like two of them are.
const COMMON: usize = 600;

/// The module with its functions in an order of our own.
///
/// # Errors
/// The module cannot be read.
pub(crate) fn put_like_beside_like(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut imported = 0_u32;
    let mut bodies = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.as_bytes()),
            _ => {}
        }
    }
    let order = like_beside_like(&bodies);
    let mut places = vec![0; order.len()];
    for (place, &function) in (imported..).zip(&order) {
        places[function] = place;
    }
    let mut reordered = Reordered {
        imported,
        order,
        places,
    };
    let mut module = Module::new();
    utils::parse_core_module(&mut reordered, &mut module, Parser::new(0), wasm)
        .ok()
        .context("a function of the wasm cannot be written")?;
    Ok(module.finish())
}

/// Writes a module anew, its own functions in another order.
struct Reordered {
    /// As many functions are imported; those come first and stay where they are.
    imported: u32,
    /// The functions as they are to be written.
    order: Vec<usize>,
    /// Where each is then, among all.
    places: Vec<u32>,
}

impl Reencode for Reordered {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<Self::Error>> {
        let own = function.checked_sub(self.imported);
        Ok(own.map_or(function, |own| self.places[own as usize]))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        let types = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for &function in &self.order {
            functions.function(types[function]);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        let bodies = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for function in self.order.clone() {
            self.parse_function_body(code, bodies[function].clone())?;
        }
        Ok(())
    }
}

/// The order in which each of `bodies` stands behind those that it shares most with. Integers only:
/// the same on every system.
fn like_beside_like(bodies: &[&[u8]]) -> Vec<usize> {
    let parts: Vec<Vec<&[u8]>> = bodies.iter().map(|body| parts(body)).collect();
    let mut owners: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for (function, parts) in parts.iter().enumerate() {
        for part in parts {
            owners.entry(part).or_default().push(function);
        }
    }
    owners.retain(|_, owners| (2..COMMON).contains(&owners.len()));
    let mut order = Vec::with_capacity(bodies.len());
    let mut left = vec![true; bodies.len()];
    // What each shares with the ones before it, those further back counting less.
    let mut shared = vec![0_usize; bodies.len()];
    let mut next = (!bodies.is_empty()).then_some(0);
    while let Some(function) = next {
        order.push(function);
        left[function] = false;
        shared.iter_mut().for_each(|shared| *shared /= 2);
        for owners in parts[function].iter().filter_map(|part| owners.get(part)) {
            // What fewer have says more.
            let weight = 64 * (bodies.len() / owners.len()).max(2).ilog2() as usize;
            owners.iter().for_each(|&owner| shared[owner] += weight);
        }
        // The first of the best ones, which is the largest.
        next = (0..bodies.len())
            .filter(|&function| left[function])
            .min_by_key(|&at| std::cmp::Reverse(shared[at] * 1_000 / (20 + parts[at].len())));
    }
    order
}

/// All runs of bytes of that length, each once.
fn parts(body: &[u8]) -> Vec<&[u8]> {
    let mut parts: Vec<_> = body.windows(SHARED_BYTES).collect();
    parts.sort_unstable();
    parts.dedup();
    parts
}

#[cfg(test)]
mod tests {
    use walrus::{FunctionBuilder, Module, ModuleConfig, ValType};

    use super::{like_beside_like, put_like_beside_like};

    #[test]
    fn what_is_alike_stands_side_by_side() {
        let bodies: [&[u8]; 4] = [b"aaaabbbbcccc", b"112233445566", b"22334455", b"bbbbcccc"];
        assert_eq!(like_beside_like(&bodies), [0, 3, 1, 2]);
        assert_eq!(like_beside_like(&[]), [0; 0]);
    }

    #[test]
    fn each_call_and_each_export_still_means_the_function_that_it_meant() {
        let mut module = Module::with_config(ModuleConfig::new());
        let kind = module.types.add(&[], &[ValType::I32]);
        module.add_import_func("page", "given", kind);
        let mut called = None;
        for number in 0..20 {
            let mut builder = FunctionBuilder::new(&mut module.types, &[], &[ValType::I32]);
            let mut body = builder.func_body();
            body.i32_const(number * 1_000_003 % 17);
            if let Some(called) = called {
                body.drop().call(called);
            }
            let function = builder.finish(Vec::new(), &mut module.funcs);
            module.exports.add(&format!("f{number}"), function);
            called = Some(function);
        }
        let before = module.emit_wasm();
        let after = put_like_beside_like(&before).expect("is a module");
        assert_eq!(meanings(&before), meanings(&after));
    }

    /// Each export with what its function and those that it calls are made of.
    fn meanings(wasm: &[u8]) -> Vec<(String, String)> {
        let module = Module::from_buffer(wasm).expect("is a module");
        let mut meanings: Vec<_> = module
            .exports
            .iter()
            .map(|export| {
                let walrus::ExportItem::Function(id) = export.item else {
                    unreachable!("functions only")
                };
                (export.name.clone(), meaning(&module, id))
            })
            .collect();
        meanings.sort();
        meanings
    }

    fn meaning(module: &Module, id: walrus::FunctionId) -> String {
        let function = module.funcs.get(id).kind.unwrap_local();
        let block = function.block(function.entry_block());
        let instructions = block
            .instrs
            .iter()
            .map(|(instruction, _)| match instruction {
                walrus::ir::Instr::Call(call) => meaning(module, call.func),
                other => format!("{other:?}"),
            });
        instructions.collect::<Vec<_>>().join(" ")
    }
}
