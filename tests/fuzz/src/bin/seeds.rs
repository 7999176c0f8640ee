//! Writes the seeds that are made by code below the folder that is given.

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| String::from("corpus"));
    for (target, name, bytes) in espice_fuzz::seeds() {
        let path = std::path::Path::new(&folder).join(target);
        std::fs::create_dir_all(&path)?;
        std::fs::write(path.join(name), bytes)?;
    }
    Ok(())
}
