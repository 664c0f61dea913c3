//! Where things stand on the screen: one computation, for drawing and for the mouse.

/// A rectangle of cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Area {
    pub x: u16,
    pub y: u16,
    pub width: u16,
    pub height: u16,
}

impl Area {
    pub fn contains(self, x: u16, y: u16) -> bool {
        x >= self.x && x < self.x + self.width && y >= self.y && y < self.y + self.height
    }

    pub fn is_empty(self) -> bool {
        self.width == 0 || self.height == 0
    }
}

/// Which side of the workspace fills a narrow screen or was enlarged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    Both,
    EditorOnly,
    PanelOnly,
}

/// The parts of the workspace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Areas {
    /// Text of the document, gutter included.
    pub editor: Area,
    /// Below it: a hunk without a place.
    pub float: Area,
    /// The line between editor and panel.
    pub divider: Area,
    pub tabs: Area,
    /// Conversation, decisions or review.
    pub panel: Area,
    pub chat: Area,
    pub status: Area,
    pub message: Area,
}

impl Areas {
    /// Takes rows from the editor for the box below it; none where too little would be left.
    pub fn make_room(&mut self, rows: u16) {
        let Area { x, y, width, height } = self.editor;
        if rows == 0 || width == 0 || height < rows + 4 {
            return;
        }
        self.editor.height = height - rows;
        self.float = Area { x, y: y + height - rows, width, height: rows };
    }

    /// Everything beside the editor: divider, tabs, panel, message box.
    pub fn side(&self) -> Area {
        let Area { width: x, .. } = self.editor;
        let height = self.editor.height + self.float.height;
        // Also the column between the divider and what is read.
        Area { x, y: 0, width: self.status.width.saturating_sub(x), height }
    }
}

/// The narrowest screen that shows both sides.
pub const BOTH_SIDES: u16 = 70;

/// Splits a screen of `width` by `height` cells. `share` is the panel's share in percent, `chat`
/// the rows that the message box wants.
pub fn areas(width: u16, height: u16, shown: Shown, share: u16, chat: u16) -> Areas {
    let bottom = height.min(2);
    let body = height - bottom;
    let (editor_width, panel_width) = match shown {
        Shown::EditorOnly => (width, 0),
        Shown::PanelOnly => (0, width),
        Shown::Both => {
            let panel = (u32::from(width) * u32::from(share) / 100) as u16;
            (width - panel, panel.saturating_sub(1))
        }
    };
    let panel_x = width - panel_width;
    let tabs = u16::from(body > 3 && panel_width > 0);
    // The message box has a rule above it.
    let chat = if panel_width > 0 { chat.min(body.saturating_sub(tabs + 2)) } else { 0 };
    let rule = u16::from(chat > 0);
    let panel_height = (body - tabs).saturating_sub(chat + rule);
    // A column between the divider and what is read.
    let pad = u16::from(shown == Shown::Both && panel_width > 8);
    let divider_width = u16::from(shown == Shown::Both && panel_width > 0);
    Areas {
        editor: Area { x: 0, y: 0, width: editor_width, height: body },
        float: Area::default(),
        divider: Area { x: panel_x.saturating_sub(1), y: 0, width: divider_width, height: body },
        tabs: Area { x: panel_x, y: 0, width: panel_width, height: tabs },
        panel: Area { x: panel_x + pad, y: tabs, width: panel_width - pad, height: panel_height },
        chat: Area { x: panel_x, y: tabs + panel_height + rule, width: panel_width, height: chat },
        status: Area { x: 0, y: body, width, height: u16::from(bottom > 0) },
        message: Area { x: 0, y: body + 1, width, height: u16::from(bottom > 1) },
    }
}
