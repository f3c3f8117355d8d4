use super::*;

fn mask() -> Mask {
    let protocol = Protocol::parse(
        "version = 1\n[[entity]]\nname = \"Aurora Air\"\naliases = [\"aurora air\", \"@auroraair\"]\n\
         [[competitor]]\nname = \"Boreas\"\naliases = [\"@boreas\"]\n",
    )
    .unwrap();
    Mask::new(&protocol)
}

#[test]
fn hides_what_finds_a_person() {
    let m = mask();
    for (text, shown) in [
        (
            "escribid a ana.ruiz+vuelos@correo.example, gracias",
            "escribid a [correo], gracias",
        ),
        ("mi móvil es 612 34 56 78.", "mi móvil es [teléfono]."),
        ("llamad al +34 612-345-678 ya", "llamad al [teléfono] ya"),
        ("(011) 4321-9876", "[teléfono]"),
        ("tarjeta 4111 1111 1111 1111", "tarjeta [tarjeta]"),
        ("IBAN ES91 2100 0418 4502 0005 1332", "IBAN [cuenta]"),
        ("iban es9121000418450200051332.", "iban [cuenta]."),
        (
            "DNI 12345678Z y NIE X1234567L",
            "DNI [documento] y NIE [documento]",
        ),
        ("dni 12.345.678-z", "dni [documento]"),
        ("pasaporte AAB123456", "pasaporte [documento]"),
        ("CPF 529.982.247-25", "CPF [documento]"),
        (
            "RUT 12.345.678-5 o DNI 30.123.456",
            "RUT [documento] o DNI [documento]",
        ),
        ("movil612345678", "movil[teléfono]"),
        ("wa.example/34612345678", "wa.example/…"),
        (
            "red.example/ana/1 y www.red.example",
            "red.example/… y red.example/…",
        ),
        ("CURP GOMC850101HDFRRL09", "CURP [documento]"),
        (
            "ver https://x.example/ana/status/12345?s=1",
            "ver x.example/…",
        ),
    ] {
        assert_eq!(m.text(text), shown, "{text}");
    }
}

#[test]
fn leaves_what_is_nobodys() {
    let m = mask();
    for text in [
        "el vuelo AU3456 de las 10:35 costó 1.250,50 €",
        "el 2026-03-14 a las 10:35, y el 14/03/2026",
        "2 maletas, 3 horas, 1.000.000 de gracias",
        "@AuroraAir y @boreas, ¿qué pasa?",
        "#auroraair 100 % 👩‍✈️",
        "un @ suelto",
        "de 8 a.m./p.m. y 10.5/12 y/o nada",
        "",
    ] {
        assert_eq!(m.text(text), text);
    }
}

#[test]
fn a_person_has_one_pseudonym_everywhere() {
    let m = mask().with_authors(["viajera_77", "Ana Inventada", "maleta"]);
    let name = m.author("@Viajera_77");
    assert_eq!(name, m.author("viajera_77"));
    assert_eq!(
        m.text("lo dijo @VIAJERA_77, y viajera_77 insiste"),
        format!("lo dijo {name}, y {name} insiste")
    );
    assert!(
        !m.text("Ana inventada perdió su maleta")
            .to_lowercase()
            .contains("inventada")
    );
    assert!(m.text("mi maleta").contains("maleta"));
    assert!(name.starts_with('@') && name.ends_with('…') && name.chars().count() == 6);
    assert_eq!(m.author("@auroraair"), "@auroraair");
    assert!(
        !m.text("@persona@servidor.example hola")
            .contains("servidor")
    );
}

#[test]
fn tricks_of_writing_do_not_help() {
    let m = mask();
    assert_eq!(m.text("6\u{200b}12345678"), "[teléfono]");
    assert_eq!(m.text("\u{202e}hola\u{202c}\u{7}\n"), "hola ");
    assert!(!m.text("＠persona_1").contains("persona"));
    assert_eq!(m.text("６１２３４５６７８"), "[teléfono]");
}

#[test]
fn never_panics_on_odd_shapes() {
    let m = mask().with_authors(["a.b.c.d", ""]);
    for text in [
        "@",
        "@@",
        "@.",
        "a@",
        "a@b",
        "+",
        "((((",
        "http://",
        "www.",
        "ES91",
        "ÑÑ12345678901234",
        "1-2-3-4-5-6-7-8",
    ] {
        let _ = m.text(text);
    }
}
