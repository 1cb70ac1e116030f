/** Emoji by the names that people type for them. Mirrors `chat/emoji.py`; a test compares the two. */

const NAMES = `
+1 👍 -1 👎 100 💯 alarm_clock ⏰ angry 😠 apple 🍎 art 🎨 astonished 😲 baby 👶 balloon 🎈 beer 🍺 beers 🍻 bell 🔔 bike 🚲
bird 🐦 birthday 🎂 blue_heart 💙 blush 😊 bomb 💣 book 📖 books 📚 boom 💥 brain 🧠 bread 🍞 broken_heart 💔 bug 🐛 bulb 💡
bus 🚌 cactus 🌵 cake 🍰 calendar 📅 camera 📷 car 🚗 cat 🐱 chart 📊 checkered_flag 🏁 cherry_blossom 🌸 clap 👏 clipboard 📋
cloud ☁️ coffee ☕ cold_sweat 😰 computer 💻 confetti_ball 🎊 confounded 😖 confused 😕 construction 🚧 cookie 🍪 cool 😎
crossed_fingers 🤞 crown 👑 cry 😢 dancer 💃 dart 🎯 disappointed 😞 dizzy 💫 dog 🐶 dragon 🐉 earth 🌍 egg 🥚 email 📧
exclamation ❗ exploding_head 🤯 eyes 👀 facepalm 🤦 fire 🔥 fish 🐟 fist ✊ flushed 😳 four_leaf_clover 🍀 fox 🦊 gem 💎
ghost 👻 gift 🎁 globe 🌐 green_heart 💚 grimacing 😬 grin 😁 grinning 😀 guitar 🎸 hammer 🔨 handshake 🤝 hatching_chick 🐣
headphones 🎧 heart ❤️ heart_eyes 😍 hourglass ⌛ house 🏠 hugs 🤗 hushed 😯 innocent 😇 joy 😂 key 🔑 kiss 😘 kissing_heart 😘
knife 🔪 laughing 😆 leaves 🍃 link 🔗 lock 🔒 loudspeaker 📢 mag 🔍 mailbox 📫 mask 😷 medal 🏅 memo 📝 microphone 🎤 money 💰
moon 🌙 mouse 🐭 muscle 💪 mushroom 🍄 musical_note 🎵 nauseated 🤢 nerd 🤓 neutral_face 😐 no_entry ⛔ no_mouth 😶 ocean 🌊
octopus 🐙 ok 🆗 ok_hand 👌 open_mouth 😮 orange_heart 🧡 package 📦 panda 🐼 party 🥳 partying_face 🥳 pencil ✏️ penguin 🐧
pensive 😔 phone 📞 pill 💊 pizza 🍕 plus ➕ point_down 👇 point_left 👈 point_right 👉 point_up ☝️ poop 💩 popcorn 🍿 pray 🙏
purple_heart 💜 pushpin 📌 question ❓ rainbow 🌈 raised_hand ✋ raised_hands 🙌 recycle ♻️ red_circle 🔴 relaxed ☺️
relieved 😌 robot 🤖 rocket 🚀 rofl 🤣 rose 🌹 rotating_light 🚨 runner 🏃 salute 🫡 scream 😱 seedling 🌱 see_no_evil 🙈
shield 🛡️ ship 🚢 shrug 🤷 shushing 🤫 skull 💀 sleeping 😴 sleepy 😪 slightly_smiling_face 🙂 smile 😄 smiley 😃 smirk 😏
snail 🐌 snowflake ❄️ sob 😭 soccer ⚽ sparkles ✨ sparkling_heart 💖 speech_balloon 💬 star ⭐ star_struck 🤩
stuck_out_tongue 😛 sun ☀️ sunflower 🌻 sunglasses 😎 sweat 😓 sweat_smile 😅 tada 🎉 taxi 🚕 tea 🍵 thinking 🤔 thumbsdown 👎
thumbsup 👍 tired_face 😫 train 🚆 tree 🌳 triumph 😤 trophy 🏆 turtle 🐢 umbrella ☔ unamused 😒 unicorn 🦄 unlock 🔓
upside_down 🙃 v ✌️ vulcan 🖖 warning ⚠️ wave 👋 weary 😩 white_check_mark ✅ wink 😉 wrench 🔧 x ❌ yawning 🥱
yellow_heart 💛 yum 😋 zap ⚡ zipper_mouth 🤐 zzz 💤
`;

/** @type {ReadonlyMap<string, string>} sign by name */
export const EMOJI = new Map([...NAMES.matchAll(/(\S+) (\S+)/g)].map(([, name, sign]) => [name, sign]));
